// Drives Replicate's JavaScript client through a key-holding proxy; prints what it saw as JSON.
// Arguments: folder of node_modules, JSON of {base, token, model}.
const { createRequire } = require("node:module");
const [folder, given] = process.argv.slice(2);
const Replicate = createRequire(`${folder}/x.js`)("replicate");
const { base, token, model } = JSON.parse(given);

const main = async () => {
  const replicate = new Replicate({ auth: token, baseUrl: base, useFileOutput: false });
  const seen = {};
  seen.waited = String(await replicate.run(model, { input: { prompt: "red" } }));
  const input = { prompt: "late", input_image: new Blob(["x"], { type: "image/png" }) };
  seen.polled = String(await replicate.run(model, { input, wait: { mode: "poll", interval: 20 } }));
  try {
    await replicate.run(model, { input: {} });
  } catch (fault) {
    seen.refused = fault.response.status;
  }
  console.log(JSON.stringify(seen));
};
main();
