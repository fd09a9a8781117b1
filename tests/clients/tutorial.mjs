// The tutorial, and what else a program asks of Docker, through dockerode. DOCKER_HOST says where; ubuntu must be there.
// It ends with `all good`, or with the trace of what was not so.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import Docker from "dockerode";

const docker = new Docker({ socketPath: process.env.DOCKER_HOST.replace("unix://", "") });
assert.equal(String(await docker.ping()), "OK");
assert.equal((await docker.version()).ApiVersion, "1.41");

const whole = async (stream) => {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
};

const waitFor = (stream, end) =>
  new Promise((resolve, reject) => {
    let got = "";
    const listen = (piece) => {
      got += piece;
      if (!got.endsWith(end)) return;
      stream.off("data", listen);
      resolve(got);
    };
    stream.on("data", listen);
    stream.once("error", reject);
    setTimeout(() => reject(new Error(`waited for ${end}, got ${JSON.stringify(got)}`)), 20_000).unref();
  });

/** Both streams of an attach without terminal. */
const parted = async (stream, modem) => {
  const [out, err] = [new PassThrough(), new PassThrough()];
  modem.demuxStream(stream, out, err);
  stream.on("end", () => (out.end(), err.end()));
  return (await Promise.all([whole(out), whole(err)])).map(String);
};

// events, from the beginning
const events = await docker.getEvents();
const seen = [];
events.on("data", (piece) => String(piece).split("\n").filter(Boolean).forEach((line) => seen.push(JSON.parse(line).Action)));

// create with a terminal, attach, start, type
const container = await docker.createContainer({
  Image: "ubuntu", Cmd: ["/bin/bash"], name: "contenedor1", Tty: true, OpenStdin: true, StdinOnce: true,
  AttachStdin: true, AttachStdout: true, AttachStderr: true,
});
const terminal = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
const prompt = `root@${container.id.slice(0, 12)}:/# `;
let ready = waitFor(terminal, prompt);
await container.start();
await ready;
await container.resize({ h: 24, w: 80 });
ready = waitFor(terminal, prompt);
terminal.write('echo "00000000000000000">file.txt\r');
await ready;
const ended = container.wait();
terminal.write("\x04");
assert.equal((await ended).StatusCode, 0);

// sizes and changes
const [row] = await docker.listContainers({ all: true, size: true });
assert.equal(row.SizeRw, 52);
assert.deepEqual(row.Names, ["/contenedor1"]);
const changes = (await container.changes()).map(({ Path, Kind }) => `${Kind} ${Path}`).sort();
assert.deepEqual(changes, ["0 /root", "1 /file.txt", "1 /root/.bash_history"]);

// an image in use is not removed
await assert.rejects(docker.getImage("ubuntu").remove(), (error) =>
  error.statusCode === 409 && error.json.message.includes("(must force) - container "));

// commit, save, load: the ids are the sums of what is in the archive
const { Id } = await container.commit({ repo: "mi-ubuntu", tag: "v1", comment: "un mensaje" });
const image = docker.getImage("mi-ubuntu:v1");
const base = (await docker.getImage("ubuntu").inspect()).RootFS.Layers;
const mine = await image.inspect();
assert.equal(mine.Id, Id);
assert.deepEqual(mine.RootFS.Layers.slice(0, -1), base);
const archive = await whole(await image.get());
const config = `${Id.replace("sha256:", "")}.json`;
assert.ok(archive.includes(config));
await image.remove();
await assert.rejects(image.inspect(), (error) => error.statusCode === 404);
const loaded = await whole(await docker.loadImage(PassThrough.from([archive])));
assert.match(String(loaded), /Loaded image: mi-ubuntu:v1/);
assert.equal((await image.inspect()).Id, Id);

// archives in and out
const box = await docker.createContainer({ Image: "ubuntu", Cmd: ["sleep", "100"] });
await box.start();
const tar = Buffer.alloc(2048);
const header = (text, at) => tar.write(text, at, "latin1");
header("nota.txt", 0); header("0000644\0", 100); header("0000000\0", 108); header("0000000\0", 116);
header("00000000005\0", 124); header("00000000000\0", 136); header("        ", 148); header("0", 156);
header("ustar\0" + "00", 257);
const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
header(sum.toString(8).padStart(6, "0") + "\0 ", 148);
header("hola\n", 512);
await box.putArchive(tar, { path: "/tmp" });
const back = await whole(await box.getArchive({ path: "/tmp/nota.txt" }));
assert.equal(back.subarray(512, 517).toString(), "hola\n");
const about = JSON.parse(Buffer.from((await box.infoArchive({ path: "/tmp/nota.txt" })).headers["x-docker-container-path-stat"], "base64"));
assert.deepEqual([about.name, about.size], ["nota.txt", 5]);

// exec: streams, input, status
const exec = await box.exec({ Cmd: ["sh", "-c", "cat; echo e >&2; exit 3"], AttachStdin: true, AttachStdout: true, AttachStderr: true });
const stream = await exec.start({ hijack: true, stdin: true });
const answer = parted(stream, docker.modem);
stream.end("por la tuberia\n");
assert.deepEqual(await answer, ["por la tuberia\n", "e\n"]);
assert.equal((await exec.inspect()).ExitCode, 3);

// run as the library does it; top, logs, pause, kill
const [result, ran] = await docker.run("ubuntu", ["sh", "-c", "echo uno; exit 5"], new PassThrough().resume(), { Tty: false });
assert.equal(result.StatusCode, 5);
assert.equal((await ran.logs({ stdout: true, stderr: true })).subarray(8).toString(), "uno\n");
assert.equal((await box.top()).Processes[0].at(-1), "sleep 100");
await box.pause();
assert.equal((await box.inspect()).State.Status, "paused");
await box.unpause();
await box.kill();
assert.equal((await box.wait()).StatusCode, 137);
await assert.rejects(box.kill(), (error) => error.statusCode === 409);
const failing = await docker.createContainer({ Image: "ubuntu", Cmd: ["nosuchcmd"] });
await assert.rejects(failing.start(), (error) => error.statusCode === 400 && /executable file not found/.test(error.json.message));

for (const action of ["create", "attach", "start", "die", "commit", "tag", "pause", "unpause", "kill", "load", "delete"]) {
  assert.ok(seen.includes(action) || seen.some((what) => what.startsWith(action)), `${action} not among ${seen}`);
}
events.destroy();
const left = await docker.listContainers({ all: true });
await Promise.all(left.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
assert.deepEqual(await docker.listContainers({ all: true }), []);
console.log("all good");
