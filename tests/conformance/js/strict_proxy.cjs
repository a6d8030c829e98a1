// fal's own server proxy under Express with a sign-in and one allowed model. Prints its port.
// Arguments: folder of node_modules, model. The key is in FAL_KEY.
const { createRequire } = require("node:module");
const [folder, model] = process.argv.slice(2);
const from = createRequire(`${folder}/x.js`);
const express = from("express");
const { createHandler } = from("@fal-ai/server-proxy/express");

process.stdin.on("end", () => process.exit(0)).resume();

const app = express();
app.use(express.json());
app.all(
  "/api/fal/proxy",
  createHandler({
    allowedEndpoints: [model, `${model}/**`],
    allowUnauthorizedRequests: false,
    isAuthenticated: async (behavior) => behavior.getHeader("x-kontext-token") !== "wrong",
    resolveFalAuth: async () => `Key ${process.env.FAL_KEY}`,
  }),
);
const server = app.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
