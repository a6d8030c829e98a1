// Lets the published JavaScript client upload a picture that it sends in parts.
// Arguments: folder of node_modules, JSON of {origin, key, size}.
const { createRequire } = require("node:module");
const [folder, given] = process.argv.slice(2);
const { createFalClient } = createRequire(`${folder}/x.js`)("@fal-ai/client");
const { origin, key, size } = JSON.parse(given);

const toServer = (url, options) => {
  const asked = new URL(url);
  const elsewhere = asked.host === "rest.fal.ai";
  return fetch(elsewhere ? `${origin}${asked.pathname}${asked.search}` : url, options);
};
const bytes = new Uint8Array(size).map((_, index) => index % 256);
const file = new File([bytes], "picture.png", { type: "image/png" });
createFalClient({ credentials: key, fetch: toServer })
  .storage.upload(file)
  .then((url) => console.log(JSON.stringify(url)));
