"""The tutorial, and what else a program asks of Docker, through docker-py. DOCKER_HOST says where; ubuntu must be there.

It ends with `all good`, or with the traceback of what was not so.
"""
import hashlib
import io
import json
import socket
import tarfile
import time

import docker
from docker.errors import APIError, ImageNotFound, NotFound

client = docker.from_env(version="auto", timeout=30)
api = client.api
assert client.ping()
assert client.version()["ApiVersion"] == "1.41"


def raw(attached):
    return getattr(attached, "_sock", attached)


def read_until(sock, end):
    got = b""
    while not got.endswith(end):
        piece = sock.recv(4096)
        assert piece, got
        got += piece
    return got


# create with a terminal, attach, start, type
created = api.create_container("ubuntu", "/bin/bash", name="contenedor1", tty=True, stdin_open=True)
container = client.containers.get(created["Id"])
assert container.status == "created" and container.name == "contenedor1"
first = raw(api.attach_socket(container.id, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}))
container.start()
prompt = f"root@{container.id[:12]}:/# ".encode()
read_until(first, prompt)
first.sendall(b'echo "00000000000000000">file.txt\r')
assert read_until(first, prompt).startswith(b'echo "00000000000000000">file.txt\r\n')
api.resize(container.id, 40, 120)
first.sendall(b"\x04")
assert container.wait()["StatusCode"] == 0
container.reload()
assert container.status == "exited" and container.attrs["State"]["ExitCode"] == 0

# sizes and changes
row = api.containers(all=True, size=True)[0]
assert row["SizeRw"] == 52, row
assert row["SizeRootFs"] > row["SizeRw"] and row["Names"] == ["/contenedor1"]
changes = {(c["Path"], c["Kind"]) for c in container.diff()}
assert changes == {("/file.txt", 1), ("/root", 0), ("/root/.bash_history", 1)}, changes

# it goes on where it was; the second start's history is added
container.start()
again = raw(api.attach_socket(container.id, {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}))
again.sendall(b"cat file.txt; exit 7\r")
assert container.wait()["StatusCode"] == 7
again.close()
first.close()

# an image in use is not removed
try:
    client.images.remove("ubuntu")
    raise SystemExit("rmi of an image in use")
except APIError as error:
    assert error.status_code == 409, error
    assert "(must force) - container " in error.explanation

# commit, and what it is made of
image = container.commit("mi-ubuntu", "v1", message="un mensaje", author="Ana", changes='ENV A=1\nCMD ["cat","/file.txt"]')
assert image.tags == ["mi-ubuntu:v1"]
base = client.images.get("ubuntu").attrs["RootFS"]["Layers"]
mine = image.attrs["RootFS"]["Layers"]
assert mine[:-1] == base and len(mine) == len(base) + 1
assert image.history()[0]["Comment"] == "un mensaje" and image.attrs["Author"] == "Ana"
assert client.containers.run("mi-ubuntu:v1", remove=True) == b"00000000000000000\n"

# save: the ids are the sums of what is in the archive; load: they stay
archive = b"".join(image.save(named=True))
tar = tarfile.open(fileobj=io.BytesIO(archive))
entry = json.load(tar.extractfile("manifest.json"))[0]
assert entry["RepoTags"] == ["mi-ubuntu:v1"]
sums = ["sha256:" + hashlib.sha256(tar.extractfile(layer).read()).hexdigest() for layer in entry["Layers"]]
assert sums == mine
assert "sha256:" + hashlib.sha256(tar.extractfile(entry["Config"]).read()).hexdigest() == image.id
client.images.remove("mi-ubuntu:v1")
try:
    client.images.get("mi-ubuntu:v1")
    raise SystemExit("removed, and still there")
except ImageNotFound:
    pass
assert client.images.load(archive)[0].id == image.id

# archives in and out
box = client.containers.run("ubuntu", "sleep 100", detach=True, name="caja")
data = io.BytesIO()
with tarfile.open(fileobj=data, mode="w") as out:
    info = tarfile.TarInfo("nota.txt")
    info.size = 5
    out.addfile(info, io.BytesIO(b"hola\n"))
assert box.put_archive("/tmp", data.getvalue())
chunks, stat = box.get_archive("/tmp/nota.txt")
assert stat["name"] == "nota.txt" and stat["size"] == 5, stat
back = tarfile.open(fileobj=io.BytesIO(b"".join(chunks)))
assert back.extractfile("nota.txt").read() == b"hola\n"
try:
    box.get_archive("/nosuch")
    raise SystemExit("got what is not there")
except NotFound:
    pass

# exec: streams, status, terminal, missing program
code, (out, err) = box.exec_run(["sh", "-c", "echo o; echo e >&2; exit 3"], demux=True)
assert (code, out, err) == (3, b"o\n", b"e\n"), (code, out, err)
code, out = box.exec_run("tty", tty=True)
assert (code, out) == (0, b"/dev/pts/0\r\n"), (code, out)
code, out = box.exec_run("nosuchcmd")
assert code == 126 or code == 127, code
assert b"executable file not found" in out
started = api.exec_create(box.id, "cat", stdin=True)
sock = raw(api.exec_start(started["Id"], socket=True))
sock.sendall(b"por la tuberia\n")
sock.shutdown(socket.SHUT_WR)
answer = b""
while piece := sock.recv(100):
    answer += piece
assert answer == b"\x01\0\0\0\0\0\0\x0fpor la tuberia\n", answer
assert api.exec_inspect(started["Id"])["ExitCode"] == 0

# top, stats, logs, pause, wait, kill
assert [row[-1] for row in box.top()["Processes"]] == ["sleep 100"]
assert box.stats(stream=False)["pids_stats"]["current"] == 1
box.pause()
box.reload()
assert box.status == "paused"
box.unpause()
box.kill()
assert box.wait()["StatusCode"] == 137
loud = client.containers.run("ubuntu", ["sh", "-c", "echo uno; echo dos; echo tres >&2"], detach=True)
assert loud.wait()["StatusCode"] == 0
assert loud.logs(stderr=False) == b"uno\ndos\n"
assert loud.logs(stdout=False) == b"tres\n"
assert loud.logs(stderr=False, tail=1, timestamps=True).endswith(b"Z dos\n")
try:
    client.containers.run("ubuntu", "nosuchcmd")
    raise SystemExit("ran what is not there")
except APIError as error:
    assert "executable file not found in $PATH" in error.explanation

# events of what has been
since = [e["Action"] for e in client.events(since=0, until=int(time.time()) + 1, decode=True, filters={"container": box.id})]
for action in ["create", "start", "pause", "unpause", "kill", "die"]:
    assert action in since, since

# volumes, pruning, and nothing is left
volume = client.volumes.create("datos")
client.containers.run("ubuntu", ["sh", "-c", "echo v > /d/f"], volumes={"datos": {"bind": "/d"}}, remove=True)
assert client.containers.run("ubuntu", "cat /d/f", volumes={"datos": {"bind": "/d"}}, remove=True) == b"v\n"
volume.remove()
assert client.df()["Images"]
deleted = client.containers.prune()
assert container.id in deleted["ContainersDeleted"]
assert client.containers.list(all=True) == []
print("all good")
