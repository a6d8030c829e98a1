// Drives the published JavaScript client against a server and prints what it saw as one JSON line.
// Arguments: folder of node_modules, JSON of {origins, key, model}.
const { createRequire } = require("node:module");
const [folder, given] = process.argv.slice(2);
const { createFalClient } = createRequire(`${folder}/x.js`)("@fal-ai/client");
const { origins, key, model, image } = JSON.parse(given);

const hosts = { "fal.run": origins.run, "queue.fal.run": origins.queue, "rest.fal.ai": origins.rest };
const toServer = (url, options) => {
  const asked = new URL(url);
  const base = hosts[asked.host];
  return fetch(base ? `${base}${asked.pathname}${asked.search}` : url, options);
};
const fal = createFalClient({ credentials: key, fetch: toServer });
const input = { prompt: "Make it blue", image_url: image, seed: 7 };

const faultOf = async (promise) => {
  try {
    await promise;
    return null;
  } catch (fault) {
    return { name: fault.name, status: fault.status, fields: fault.fieldErrors, body: fault.body };
  }
};

const main = async () => {
  const seen = {};
  seen.run = (await fal.run(model, { input })).data;
  seen.refusal = await faultOf(fal.run(model, { input: { ...input, prompt: "refuse" } }));
  seen.stranger = await faultOf(
    createFalClient({ credentials: "other:key", fetch: toServer }).run(model, { input }),
  );
  seen.unknown = await faultOf(fal.queue.submit("owner/unknown", { input }));

  seen.uploaded = await fal.storage.upload(new Blob(["abc"], { type: "image/png" }));
  seen.fetched = await (await fetch(seen.uploaded)).text();

  const submitted = await fal.queue.submit(model, { input });
  const statuses = [];
  const stream = await fal.queue.streamStatus(model, { requestId: submitted.request_id, logs: true });
  for await (const status of stream) statuses.push(status.status);
  seen.statuses = statuses;
  seen.status = await fal.queue.status(model, { requestId: submitted.request_id, logs: true });
  seen.result = (await fal.queue.result(model, { requestId: submitted.request_id })).data;

  const updates = [];
  const subscribed = await fal.subscribe(model, {
    input,
    logs: true,
    pollInterval: 50,
    onQueueUpdate: (update) => updates.push(update.status),
  });
  seen.subscribed = { data: subscribed.data, requestId: subscribed.requestId, updates };
  const streamed = await fal.subscribe(model, { input, mode: "streaming", logs: true });
  seen.subscribedByStream = streamed.data;

  const frames = [];
  const running = await fal.stream(model, { input });
  for await (const frame of running) frames.push(frame);
  seen.frames = frames;
  seen.last = await running.done();

  const waiting = await fal.queue.submit(model, { input: { ...input, prompt: "wait" } });
  seen.cancelled = await faultOf(fal.queue.cancel(model, { requestId: waiting.request_id }));
  console.log(JSON.stringify(seen));
};
main();
