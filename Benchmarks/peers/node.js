// A WebSocket proxy as one writes it with Node and its `ws` package: checks the token, then sends on each message.
// usage: node node.js PORT CHROME_PORT [deflate]        the signing key is in WALLCRAWLER_JWT_SIGNING_KEY
'use strict';

const { createHmac, timingSafeEqual } = require('node:crypto');
const { createServer } = require('node:http');
const { WebSocket, WebSocketServer } = require('ws');

const [port, chromePort] = process.argv.slice(2, 4).map(Number);
const perMessageDeflate = process.argv[4] === 'deflate';
const key = process.env.WALLCRAWLER_JWT_SIGNING_KEY;
const options = { perMessageDeflate: false, maxPayload: 256 << 20 };
const refusal = 'HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';

const decoded = (part) => Buffer.from(part, 'base64url');

function admits(token) {
  const [header, claims, signature, ...more] = token.split('.');
  if (!signature || more.length) return false;
  const expected = createHmac('sha256', key).update(`${header}.${claims}`).digest();
  const given = decoded(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  const { iss, aud, exp } = JSON.parse(decoded(claims));
  return JSON.parse(decoded(header)).alg === 'HS256' && iss === 'wallcrawler' && aud.includes('cdp-access') &&
    exp > Date.now() / 1000;
}

function join(client, chrome) {
  for (const [from, to] of [[client, chrome], [chrome, client]]) {
    from.on('message', (data, binary) => to.send(data, { binary }));
    from.on('close', () => to.close());
    from.on('error', () => to.terminate());
  }
}

const endpoint = new WebSocketServer({ noServer: true, ...options, perMessageDeflate });
const server = createServer((_, response) => response.writeHead(404).end());
server.on('upgrade', (request, socket, head) => {
  const url = new URL(request.url, 'http://localhost');
  socket.on('error', () => socket.destroy());
  if (!admits(url.searchParams.get('signingKey') ?? '')) return socket.end(refusal);
  const chrome = new WebSocket(`ws://127.0.0.1:${chromePort}${url.pathname}`, options);
  chrome.once('error', () => socket.destroy());
  chrome.once('open', () => endpoint.handleUpgrade(request, socket, head, (client) => join(client, chrome)));
});
server.listen({ port, host: '127.0.0.1', backlog: 4096 });
