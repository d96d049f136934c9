"""The library: what the commands do, for programs. Its public names are those of `preflight`.

    checking    check
    planning    plan
    running     run, submit
    resuming    resume, retry; resumed is how
    following   status, watch, fetch, cancel, runs
    merging     merge
    formatting  formatted
    asked       what a command line would have said, of a function's parameters
    quietly     callbacks in place of a terminal
    keyed       the gateway's key
    errors      all of one tree

It carries out what the commands carry out, by the same functions; nothing is printed.
"""
