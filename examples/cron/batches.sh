#!/bin/sh
# Sends each file of the inbox as a batch, once, and goes on with what is under way. Cron calls it
# every quarter of an hour: whatever died since, the next call takes it up. It writes only what is
# new, so that cron mails it once.
#
#   batches.sh FOLDER PROVIDER
#
# FOLDER has promises.json, inbox/NAME.jsonl, and gets runs/NAME with results.jsonl. TFY_API_KEY_FILE
# names a file with the gateway's key, which only its owner may read.
set -u

# The verdict ends with the time that it took, which is another one in each call and no news.
news() { sed -E '/^(NOT READY|CANNOT TELL): /,$d' "$1"; }

cd "$1" || exit 2
provider=$2
mkdir -p runs
worst=0
for requests in inbox/*.jsonl; do
    [ -e "$requests" ] || continue
    name=$(basename "$requests" .jsonl)
    [ -e "runs/$name.done" ] && continue
    # The call of a quarter of an hour ago may still be waiting, and its log is left alone. The
    # lock goes with the process.
    exec 9>"runs/$name.lock"
    flock --nonblock 9 || continue
    preflight run "$requests" --promises promises.json --provider "$provider" \
        --out "runs/$name" --quiet >"runs/$name.now" 2>&1
    code=$?
    case $code in
    0) touch "runs/$name.done" && echo "$name: done" && tail -n 3 "runs/$name.now" && continue ;;
    130 | 137 | 143) continue ;; # ended from outside: the next call goes on
    3)
        # No answer: the next call goes on, and the fourth in a row, after an hour, tells of it.
        echo "$code" >>"runs/$name.unanswered"
        [ "$(wc -l <"runs/$name.unanswered")" -eq 4 ] || continue
        ;;
    *) rm -f "runs/$name.unanswered" ;;
    esac
    [ "$code" -gt "$worst" ] && worst=$code
    # 1: not ready, or not every request has a result; 2: something is to be corrected.
    said=$(news "runs/$name.said" 2>/dev/null)
    if [ "$(news "runs/$name.now")" != "$said" ]; then
        echo "$name: preflight run ended with $code"
        cat "runs/$name.now"
        cp "runs/$name.now" "runs/$name.said"
    fi
done
exit "$worst"
