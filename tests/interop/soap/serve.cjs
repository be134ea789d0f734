// A service by node-soap: node serve.cjs FOLDER SERVICE WSDL VERSION, where FOLDER has the library and SERVICE is a module.
// Serves until its input ends; the first line of the output is the port.
"use strict";
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { createRequire } = require("node:module");

const [folder, service, wsdl, version] = process.argv.slice(2);
const soap = createRequire(`${folder}/`)("soap");
const { path, services } = require(service);

const server = createServer((_request, response) => response.writeHead(404).end());
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const address = `address location="http://127.0.0.1:${port}${path}"`;
  const published = readFileSync(wsdl, "utf-8").replaceAll(/address location="[^"]*"/g, address);
  const versioned = version === "1.2" && !published.includes("/wsdl/soap12/");
  soap.listen(server, {
    path,
    services: services(version),
    xml: versioned ? published.replaceAll("/wsdl/soap/", "/wsdl/soap12/") : published,
    forceSoap12Headers: version === "1.2",
    callback: () => console.log(port),
  });
});
process.stdin.on("end", () => process.exit(0)).resume();
