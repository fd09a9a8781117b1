"""Reads a `docker save` archive on standard input and lists its topmost layer, header by header."""
import hashlib
import io
import json
import sys
import tarfile

KINDS = {
    tarfile.REGTYPE: "file",
    tarfile.LNKTYPE: "hardlink",
    tarfile.SYMTYPE: "symlink",
    tarfile.CHRTYPE: "char",
    tarfile.BLKTYPE: "block",
    tarfile.DIRTYPE: "dir",
    tarfile.FIFOTYPE: "fifo",
}

archive = tarfile.open(fileobj=io.BytesIO(sys.stdin.buffer.read()))
image = json.load(archive.extractfile("manifest.json"))[0]
config = json.load(archive.extractfile(image["Config"]))
layer = archive.extractfile(image["Layers"][-1]).read()
digest = "sha256:" + hashlib.sha256(layer).hexdigest()
last = "empty_layer" if config["history"][-1].get("empty_layer") else "has_layer"
print(
    "top layer bytes", len(layer), "sha256==diff_id", digest == config["rootfs"]["diff_ids"][-1],
    "layers", len(image["Layers"]), last,
)
for entry in tarfile.open(fileobj=io.BytesIO(layer)):
    line = f"{KINDS.get(entry.type, entry.type):8} {entry.mode:04o} {entry.uid}:{entry.gid} {entry.size:8} {entry.name!r}"
    if entry.linkname:
        line += f" -> {entry.linkname!r}"
    if entry.type in (tarfile.CHRTYPE, tarfile.BLKTYPE):
        line += f" dev {entry.devmajor},{entry.devminor}"
    if entry.pax_headers:
        line += f" pax {entry.pax_headers}"
    print(line, f"uname={entry.uname!r} gname={entry.gname!r}")
