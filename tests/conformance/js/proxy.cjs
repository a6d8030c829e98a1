// fal's own server proxy under Express, allowed to reach one loopback port. Prints its port.
// Arguments: folder of node_modules, host and port it may reach. The key is in FAL_KEY.
const { createRequire } = require("node:module");
const [folder, allowed] = process.argv.slice(2);
const from = createRequire(`${folder}/x.js`);
const express = from("express");
const { createHandler } = from("@fal-ai/server-proxy/express");

// Without this a target that refuses the connection ends the process (version 1.2.1).
process.on("unhandledRejection", () => {});
process.stdin.on("end", () => process.exit(0)).resume();

const app = express();
app.use(express.json());
app.all("/api/fal/proxy", createHandler({ allowedUrlPatterns: [`${allowed}/**`] }));
const server = app.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: server.address().port }));
});
