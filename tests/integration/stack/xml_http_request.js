// XMLHttpRequest as a page of another origin has it: asks first (preflight), may read only what is exposed, and fails where CORS says no.
// Enough of it for grpc-web under Node.
'use strict';
const http = require('node:http');

const kOrigin = 'https://play.example';
const kSafelisted = new Set(['cache-control', 'content-language', 'content-length', 'content-type', 'expires', 'last-modified', 'pragma']);
const kSimple = new Set(['accept', 'accept-language', 'content-language']);
const asked = new Map();  // What preflights allowed, as browsers keep it.

function send(method, url, headers, body, on) {
  const request = http.request(url, {method, headers}, on.response);
  request.on('error', on.error);
  request.end(body);
  return request;
}

// Why a browser would not send the request, or nothing.
function refusal(response, method, names) {
  const list = (name) => (response.headers[name] || '').toLowerCase().split(',').map((word) => word.trim());
  const origin = response.headers['access-control-allow-origin'];
  if (response.statusCode < 200 || response.statusCode > 299) return `preflight: status ${response.statusCode}`;
  if (origin !== kOrigin && origin !== '*') return `preflight: the origin is not allowed (${origin})`;
  if (!list('access-control-allow-methods').includes(method.toLowerCase())) return `preflight: ${method} is not allowed`;
  const missing = names.filter((name) => !list('access-control-allow-headers').includes(name));
  return missing.length > 0 ? `preflight: ${missing} not allowed` : undefined;
}

class XMLHttpRequest {
  static preflights = 0;
  static last = undefined;  // The latest response as it came, for what a page could not see.

  constructor() {
    this.readyState = 0;
    this.status = 0;
    this.statusText = '';
    this.responseText = '';
    this.responseType = '';
    this.headers_ = {};
    this.exposed_ = {};
    this.upload = {};
  }
  get response() { return this.responseText; }
  open(method, url) {
    this.method_ = method;
    this.url_ = url;
    this.change_(1);
  }
  setRequestHeader(name, value) { this.headers_[name.toLowerCase()] = String(value); }
  getResponseHeader(name) { return this.exposed_[name.toLowerCase()] ?? null; }
  getAllResponseHeaders() { return Object.entries(this.exposed_).map(([name, value]) => `${name}: ${value}\r\n`).join(''); }
  abort() {
    this.aborted_ = true;
    if (this.request_) this.request_.destroy();
    if (this.readyState > 0 && this.readyState < 4) this.change_(4);
  }

  send(body) {
    const names = Object.keys(this.headers_).filter((name) => !kSimple.has(name)).sort();
    const key = `${this.method_} ${this.url_} ${names}`;
    if (asked.has(key)) return this.send_(body);
    XMLHttpRequest.preflights++;
    this.request_ = send('OPTIONS', this.url_,
        {origin: kOrigin, 'access-control-request-method': this.method_, 'access-control-request-headers': names.join(',')}, undefined, {
          error: (error) => this.fail_(error),
          response: (response) => {
            response.resume();
            const why = refusal(response, this.method_, names);
            if (why) return this.fail_(new Error(why));
            asked.set(key, true);
            this.send_(body);
          },
        });
  }
  send_(body) {
    if (this.aborted_) return;
    this.request_ = send(this.method_, this.url_, {...this.headers_, origin: kOrigin}, Buffer.from(body ?? ''),
        {error: (error) => this.fail_(error), response: (response) => this.read_(response)});
  }
  read_(response) {
    const origin = response.headers['access-control-allow-origin'];
    if (origin !== kOrigin && origin !== '*') return this.fail_(new Error('the answer is not for this origin'));
    const exposed = (response.headers['access-control-expose-headers'] || '').toLowerCase().split(',').map((word) => word.trim());
    for (const [name, value] of Object.entries(response.headers)) {
      if (kSafelisted.has(name) || exposed.includes(name)) this.exposed_[name] = value;
    }
    XMLHttpRequest.last = {status: response.statusCode, headers: response.headers, text: ''};
    const last = XMLHttpRequest.last;
    this.status = response.statusCode;
    this.change_(2);
    response.setEncoding('latin1');
    response.on('data', (text) => {
      if (this.aborted_) return;
      last.text += text;
      this.responseText += text;
      this.change_(3);
    });
    response.on('end', () => { if (!this.aborted_) this.change_(4); });
    response.on('error', (error) => this.fail_(error));
  }
  fail_(error) {
    if (this.aborted_ || this.readyState === 4) return;
    this.error = error;
    this.status = 0;
    this.exposed_ = {};
    this.change_(4);
  }
  change_(state) {
    this.readyState = state;
    if (this.onreadystatechange) this.onreadystatechange();
  }
}

module.exports = {XMLHttpRequest, kOrigin};
