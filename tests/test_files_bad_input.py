"""What may be wrong with files of split, merge and fix: one sentence each, and nothing is left."""

import errno
import os
import stat

import pytest
from cli_world import files_in, one_sentence, request
from gateway_double import lines
from join_world import chat

from preflight.batch.joining import join as joining
from preflight.commands.judge import scanned
from preflight.requests import placing, repair
from preflight.requests.lines import opened


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The working directory: a good request file, one that has to be repaired, and results."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.jsonl").write_bytes(lines(request("a"), request("b")))
    (tmp_path / "marked.jsonl").write_bytes(b"\xef\xbb\xbf" + lines(request(7), request("b")))
    (tmp_path / "out.jsonl").write_bytes(lines(chat("a"), chat("b")))
    return tmp_path


def split(requests="good.jsonl", to="to"):
    return "split", requests, "--provider", "openai", "--to", to


def merge(requests="good.jsonl", results="out.jsonl", to="to"):
    return "merge", f"--requests={requests}", results, "--to", to


def fix(requests="marked.jsonl", to="to.jsonl"):
    return "fix", requests, "--to", to


def in_place(requests="marked.jsonl"):
    return "fix", requests, "--in-place"


READERS = {
    "split": split,
    "merge": merge,
    "fix": fix,
    "in-place": in_place,
    "results": lambda name: merge(results=name),
    "manifest": lambda name: (*merge(), "--manifest", name),
}
WRITERS = {"split": split, "merge": merge, "fix": fix}


def refused(preflight, asked, *words):
    """The command said one sentence with these words, and changed nothing."""
    before = files_in(".")
    code, out, err = preflight(*asked)
    assert (code, out) == (2, ""), err
    assert one_sentence(err), err
    assert all(word in err for word in words), err
    assert files_in(".") == before


@pytest.mark.parametrize("reader", READERS)
def test_a_file_that_is_not_there_is_named(preflight, here, reader):
    refused(preflight, READERS[reader]("nowhere.jsonl"), "nowhere.jsonl", "does not exist")


@pytest.mark.parametrize("reader", READERS)
def test_a_folder_a_pipe_or_a_device_is_no_file(preflight, here, reader):
    (here / "folder").mkdir()
    os.mkfifo(here / "pipe")
    if reader != "manifest":
        refused(preflight, READERS[reader]("folder"), "folder", "is a directory")
    refused(preflight, READERS[reader]("pipe"), "pipe", "is a pipe or a device")
    refused(preflight, READERS[reader]("/dev/null"), "is a pipe or a device")


@pytest.mark.parametrize("reader", ["split", "merge", "fix", "in-place", "results"])
def test_a_compressed_file_is_to_be_decompressed(preflight, here, reader):
    (here / "packed.jsonl").write_bytes(b"\x1f\x8b\x08\x00")
    refused(preflight, READERS[reader]("packed.jsonl"), "is compressed", "gunzip packed.jsonl")


@pytest.mark.parametrize("reader", ["split", "fix", "in-place"])
@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf\n"])
def test_a_file_without_a_request_is_refused(preflight, here, reader, content):
    (here / "none.jsonl").write_bytes(content)
    if reader == "split" and content.startswith(b"\xef"):
        return  # that is a fault with a line of its own
    refused(preflight, READERS[reader]("none.jsonl"), "none.jsonl", "one request per line")


@pytest.mark.parametrize("writer", WRITERS)
def test_what_stands_in_the_way_is_left_as_it_is(preflight, here, writer):
    (here / "there").write_text("mine")
    (here / "link").symlink_to("there")
    (here / "nothing").symlink_to("nowhere")
    (here / "folder").mkdir()
    (here / "folder" / "more").write_text("mine")
    for way in ("there", "link", "nothing", "folder"):
        refused(preflight, WRITERS[writer](to=way), way)
    assert (here / "there").read_text() == "mine"


@pytest.mark.parametrize("writer", ["split", "merge"])
def test_the_folder_one_is_in_is_not_replaced(preflight, here, writer, monkeypatch):
    (here / "inside").mkdir()
    monkeypatch.chdir(here / "inside")
    asked = WRITERS[writer](str(here / "good.jsonl"), to=".")
    if writer == "merge":
        asked = merge(str(here / "good.jsonl"), str(here / "out.jsonl"), to=".")
    refused(preflight, asked, "is the folder this was started in")


@pytest.mark.parametrize("writer", [*WRITERS, "in-place"])
def test_a_full_disk_leaves_nothing(preflight, here, writer, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(placing.os, "fsync", full)
    asked = in_place() if writer == "in-place" else WRITERS[writer]()
    refused(preflight, asked, "No space left on device", "free some room")


@pytest.mark.parametrize("writer", [*WRITERS, "in-place"])
def test_a_folder_that_may_not_be_written_is_named(preflight, here, writer, monkeypatch):
    def forbidden(*, prefix, dir):  # noqa: A002 - as tempfile has it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), f"{dir}/{prefix}1234")

    monkeypatch.setattr(placing, "mkstemp", forbidden)
    monkeypatch.setattr(placing, "mkdtemp", forbidden)
    asked = in_place() if writer == "in-place" else WRITERS[writer]()
    place = {"fix": "to.jsonl", "in-place": "marked.jsonl"}.get(writer, "to")
    refused(preflight, asked, f"preflight: {place}: cannot be written", "Permission denied")


@pytest.mark.parametrize("writer", [*WRITERS, "in-place"])
def test_a_file_that_changes_while_it_is_read_is_refused(preflight, here, writer, monkeypatch):
    name = "marked.jsonl" if writer in {"fix", "in-place"} else "good.jsonl"
    path = here / name
    before = path.read_bytes()

    def touched(*arguments, **words):
        path.write_bytes(before.replace(b"Hello", b"HELLO"))
        os.utime(path, ns=(1, 1))
        return real(*arguments, **words)

    where, attribute = {
        "split": ("preflight.commands.split", "cut"),
        "merge": ("preflight.commands.merge", "join"),
    }.get(writer, ("preflight.commands.fix", "Repairing"))
    module = __import__(where, fromlist=[attribute])
    real = getattr(module, attribute)
    monkeypatch.setattr(module, attribute, touched)
    asked = in_place() if writer == "in-place" else WRITERS[writer]()
    refused(preflight, asked, name, "was changed while it was read")


def test_what_is_added_while_the_repair_is_looked_over_is_not_lost(preflight, here, monkeypatch):
    def added(name, **words):
        if not name.startswith("marked"):
            with (here / "marked.jsonl").open("ab") as file:
                file.write(lines(request("late")))
        return real(name, **words)

    real = scanned
    monkeypatch.setattr("preflight.commands.fix.scanned", added)
    refused(preflight, in_place(), "marked.jsonl", "was changed while it was read")
    assert b"late" in (here / "marked.jsonl").read_bytes()


def test_results_that_grow_while_they_are_read_are_refused(preflight, here, monkeypatch):
    def grown(*arguments):
        with (here / "out.jsonl").open("ab") as file:
            file.write(b"{}\n")
        return real(*arguments)

    real = joining
    monkeypatch.setattr("preflight.commands.merge.join", grown)
    refused(preflight, merge(), "out.jsonl", "was changed while it was read")


@pytest.mark.parametrize("kind", ["symbolic", "hard"])
def test_a_file_with_another_name_is_not_repaired_in_place(preflight, here, kind):
    if kind == "symbolic":
        (here / "other.jsonl").symlink_to("marked.jsonl")
        refused(
            preflight, in_place("other.jsonl"), "is a symbolic link", str(here / "marked.jsonl")
        )
    else:
        os.link(here / "marked.jsonl", here / "other.jsonl")
        refused(preflight, in_place("other.jsonl"), "has another name", "--to FILE")
    assert preflight(*fix("other.jsonl"))[0] == 0


def test_the_file_itself_is_no_other_place(preflight, here):
    (here / "other.jsonl").symlink_to("marked.jsonl")
    refused(preflight, fix(to="./marked.jsonl"), "--in-place")


def test_where_to_is_said_by_whoever_repairs_or_merges(preflight, here):
    refused(preflight, ("fix", "marked.jsonl"), "--diff", "--in-place", "--to FILE")
    refused(preflight, ("merge", "--requests", "good.jsonl", "out.jsonl"), "--to FOLDER")
    refused(preflight, ("merge", "--requests", "good.jsonl", "--to", "x"), "no file of results")
    refused(preflight, (*split(), "--region", "here"), "--stack NAME")


def test_a_file_that_is_named_twice_is_named_once(preflight, here):
    asked = ("merge", "--to", "to", "--requests", "good.jsonl", "out.jsonl", "./out.jsonl")
    refused(preflight, asked, "is named twice")
    refused(preflight, merge(results="good.jsonl"), "is named twice")


@pytest.mark.parametrize(
    "name", ["with blanks", "quo\"ted'", "-dash", "--to", "new\nline", "ümlaut"]
)
def test_any_name_is_a_name(preflight, here, name):
    (here / "marked.jsonl").rename(here / f"{name}.jsonl")
    (here / "out.jsonl").write_bytes(lines(chat("7"), chat("b")))
    (here / "out.jsonl").rename(here / name)
    file, fixed = f"{name}.jsonl", f"{name}-fixed.jsonl"
    assert preflight("fix", f"--to={fixed}", "--", file)[0] == 0
    asked = ("split", "--provider", "openai", f"--to={name}-shards", "--", fixed)
    assert preflight(*asked)[0] == 0
    own = ("merge", f"--requests={file}", f"--to={name}-joined", "--", name)
    assert preflight(*own)[0] == 0
    _, out, _ = preflight("fix", "--diff", "--", file)
    assert "\nline" not in out
    assert preflight("fix", "--in-place", "--", file)[0] == 0


def test_permissions_are_kept(preflight, here):
    (here / "marked.jsonl").chmod(0o640)
    assert preflight(*in_place())[0] == 0
    for name in ("marked.jsonl", "marked.jsonl.ids"):
        assert stat.S_IMODE((here / name).stat().st_mode) == 0o640


def test_an_interrupted_repair_leaves_the_file_as_it_was(preflight, here, monkeypatch):
    def interrupted(_):
        raise KeyboardInterrupt

    before = (here / "marked.jsonl").read_bytes()
    monkeypatch.setattr(repair, "opened", lambda path: interrupted(path) or opened(path))
    code, _, err = preflight(*in_place())
    assert (code, "interrupted" in err) == (130, True)
    assert (here / "marked.jsonl").read_bytes() == before
    assert files_in(".") == {"good.jsonl", "marked.jsonl", "out.jsonl"}
