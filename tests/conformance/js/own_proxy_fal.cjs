// Drives the published JavaScript client through a key-holding proxy; prints what it saw as JSON.
// Arguments: folder of node_modules, JSON of {proxy, token, model, image}.
const { createRequire } = require("node:module");
const [folder, given] = process.argv.slice(2);
const { createFalClient } = createRequire(`${folder}/x.js`)("@fal-ai/client");
const { proxy, token, model, image } = JSON.parse(given);

const through = (carried) =>
  createFalClient({
    proxyUrl: { url: proxy, when: "always" },
    // The package sends no sign-in of its own to a proxy.
    fetch: (url, options = {}) => {
      const headers = { ...options.headers };
      if (String(url) === proxy) headers["x-kontext-token"] = carried;
      return fetch(url, { ...options, headers });
    },
  });
const fal = through(token);
const input = { prompt: "Make it blue", image_url: image, seed: 7 };

const faultOf = async (promise) => {
  try {
    await promise;
    return null;
  } catch (fault) {
    return { name: fault.name, status: fault.status, fields: fault.fieldErrors };
  }
};

const main = async () => {
  const seen = {};
  seen.run = (await fal.run(model, { input })).data;
  seen.refusal = await faultOf(fal.run(model, { input: { ...input, prompt: "refuse" } }));
  seen.unknown = await faultOf(fal.queue.submit("owner/unknown", { input }));
  seen.stranger = await faultOf(through("wrong").run(model, { input }));
  seen.uploaded = await fal.storage.upload(new Blob(["abc"], { type: "image/png" }));

  const submitted = await fal.queue.submit(model, { input });
  seen.statuses = [];
  const stream = await fal.queue.streamStatus(model, { requestId: submitted.request_id, logs: true });
  for await (const status of stream) seen.statuses.push(status.status);
  seen.subscribed = (await fal.subscribe(model, { input, logs: true, pollInterval: 50 })).data;

  seen.frames = [];
  const running = await fal.stream(model, { input });
  for await (const frame of running) seen.frames.push(frame);
  seen.last = await running.done();

  const waiting = await fal.queue.submit(model, { input: { ...input, prompt: "wait" } });
  seen.cancelled = await faultOf(fal.queue.cancel(model, { requestId: waiting.request_id }));
  console.log(JSON.stringify(seen));
};
main();
