// The line to the desk: a WebSocket, or requests where those are blocked. What was not acknowledged is sent again, with the
// same id, until it is.

import { Visit } from '/chat/visit.js';
import { wire } from '/chat/wire.js';

const patience = 5000; // milliseconds until a message without an answer is said not to have arrived
const hopeless = 12000; // milliseconds until the connection under it is given up
const greeting = 8000; // milliseconds for a welcome
const slowest = 30000; // milliseconds between two tries at most

export class Line {
  #on;
  #socket = null;
  #plain = false; // requests instead of a WebSocket
  #stream = null;
  #ready = false;
  #stopped = true;
  #secret = {}; // what opens the conversation: resume, code or link
  #code = ''; // opens it again when the resume token has grown old
  #asked = ''; // which of them the last hello used
  #written = false;
  #seq = 0;
  #pending = new Map();
  #holding = false; // nothing new goes out before what failed
  #tries = 0;
  #failures = 0; // WebSockets in a row that never welcomed
  #timers = new Set();
  #bye = null;
  #asks = new Map();
  #visit = null; // where the page speaks by requests

  // on: frame(f), ready(welcome), lost(), unknown(which), busy(seconds), closed()
  constructor(on) {
    this.#on = on;
    addEventListener('pagehide', () => this.#left());
  }

  open(secret) {
    this.#stopped = false;
    this.#secret = secret;
    this.#code = secret.code ?? '';
    this.#connect();
  }

  // send brings a frame to the desk and calls told with sending, failed, stored or held.
  send(frame, told) {
    const key = `${frame.type}:${frame.id}:${frame.answer ?? ''}`;
    if (this.#pending.has(key)) return;
    this.#pending.set(key, { frame, told, given: performance.now() });
    told('sending');
    this.#later(patience, () => { if (this.#pending.has(key)) told('failed'); });
    this.#later(hopeless, () => { if (this.#pending.has(key) && this.#ready && !this.#plain && !this.#holding) this.#drop(); });
    if (this.#ready && !this.#holding) this.#put([...this.#pending.values()].at(-1));
  }

  // ask brings a frame that is not tried again, and resolves to its answer, or to null where there was none.
  ask(frame) {
    if (!this.#ready) return Promise.resolve(null);
    return new Promise((resolve) => {
      this.#asks.set(frame.id, { resolve, words: [] });
      this.#later(hopeless, () => this.#answered({ id: frame.id }, null));
      if (this.#plain) this.#post(frame).then((f) => this.#answered({ id: frame.id }, f ?? null));
      else this.#socket.send(wire(frame));
    });
  }

  #answered({ id }, f) {
    this.#asks.get(id)?.resolve(f);
    this.#asks.delete(id);
  }

  // again tries at once what has not arrived.
  again() {
    for (const p of this.#pending.values()) p.told('sending');
    if (this.#ready) this.#flush();
    else this.#reconnect(0);
  }

  get waiting() { return this.#pending.size; }

  get alive() { return !this.#stopped; }

  // token opens the conversation for requests about pictures; '' while there is none.
  get token() { return (this.#ready && this.#secret?.resume) || ''; }

  // renew asks for another token, where that one is still the last.
  renew(token) { if (this.token === token) this.#drop(); }

  // bye leaves; with erase it withdraws the conversation. It resolves to whether that is durable.
  bye(erase) {
    if (!erase) {
      if (this.#ready && this.#socket) this.#socket.send(wire({ type: 'bye', erase: false }));
      this.#left();
      this.stop();
      return Promise.resolve(true);
    }
    if (!this.#ready) return Promise.resolve(false);
    if (this.#plain) {
      return this.#post({ type: 'bye', erase: true }).then((f) => {
        if (f?.type === 'bye') this.stop();
        return f?.type === 'bye';
      });
    }
    return new Promise((resolve) => {
      this.#bye = (done) => {
        this.#bye = null;
        if (done) this.stop();
        resolve(done);
      };
      this.#socket.send(wire({ type: 'bye', erase: true }));
      this.#later(hopeless, () => this.#bye?.(false));
    });
  }

  // stop forgets everything.
  stop() {
    this.#stopped = true;
    this.#ready = false;
    for (const t of this.#timers) clearTimeout(t);
    this.#timers.clear();
    this.#pending.clear();
    for (const a of this.#asks.values()) a.resolve(null);
    this.#asks.clear();
    this.#secret = {};
    this.#code = '';
    this.#visit = null;
    this.#written = false;
    this.#seq = 0;
    this.#tries = 0;
    this.#holding = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    this.#stream?.abort();
    this.#stream = null;
  }

  #later(ms, act) {
    const t = setTimeout(() => {
      this.#timers.delete(t);
      act();
    }, ms);
    this.#timers.add(t);
  }

  #connect() {
    if (this.#stopped || this.#socket) return;
    if (this.#plain) {
      this.#greet();
      return;
    }
    let socket;
    try {
      socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/chat/ws`, 'madoguchi.chat.v1');
    } catch {
      this.#plain = true;
      this.#greet();
      return;
    }
    this.#socket = socket;
    this.#later(greeting, () => { if (this.#socket === socket && !this.#ready) socket.close(); });
    socket.onopen = () => socket.send(wire(this.#hello()));
    socket.onmessage = (e) => { if (this.#socket === socket) this.#take(JSON.parse(e.data)); };
    socket.onclose = (e) => {
      if (this.#socket !== socket) return;
      this.#socket = null;
      if (this.#bye) {
        this.#bye(e.code === 1000);
        if (e.code === 1000) return;
      }
      if (!this.#ready && ++this.#failures >= 2) this.#plain = true;
      this.#lost();
    };
  }

  // drop gives a connection up that does not answer.
  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.#lost();
  }

  #lost() {
    this.#ready = false;
    if (this.#stopped) return;
    this.#on.lost();
    this.#reconnect();
  }

  #reconnect(ms = Math.min(slowest, 500 * 2 ** Math.min(this.#tries++, 10)) * (0.5 + Math.random())) {
    this.#later(ms, () => this.#connect());
  }

  // wake tries at once, because something has changed.
  wake() { if (!this.#stopped && !this.#ready) this.#reconnect(0); }

  #hello() {
    const f = { type: 'hello', lang: 'ja' };
    for (const kind of ['resume', 'link', 'code']) {
      if (this.#secret[kind]) {
        f[kind] = this.#secret[kind];
        this.#asked = kind;
        if (kind === 'resume' || this.#seq > 0) f.after = this.#seq;
        return f;
      }
    }
    this.#asked = '';
    return f;
  }

  #take(f) {
    switch (f.type) {
      case 'welcome':
        this.#ready = true;
        this.#tries = this.#failures = 0;
        this.#holding = false;
        this.#code = f.code || this.#code;
        this.#secret = f.resume ? { resume: f.resume } : { code: this.#code };
        this.#on.ready(f, this.#asked);
        this.#flush();
        return;
      case 'ack':
        this.#written = true;
        this.#done(f, f.state);
        this.#visit?.take(f);
        this.#on.frame(f);
        return;
      case 'error':
        if (this.#asks.has(f.id)) this.#answered(f, f);
        else this.#refused(f);
        return;
      case 'pin':
        this.#answered(f, f);
        return;
      case 'own': {
        const ask = this.#asks.get(f.id);
        ask?.words.push(...(f.words ?? []));
        if (!f.more) this.#answered(f, { ...f, words: ask?.words });
        return;
      }
      case 'message':
      case 'consent':
        if (f.seq <= this.#seq) return;
        this.#seq = f.seq;
        this.#visit?.take(f);
        break;
    }
    this.#on.frame(f);
  }

  #done(f, state) {
    const type = f.answer ? 'consent' : f.unsent ? 'unsend' : 'message';
    const key = `${type}:${f.id}:${f.answer ?? ''}`;
    this.#pending.get(key)?.told(state);
    this.#pending.delete(key);
  }

  #refused(f) {
    if (f.code === 'closed') {
      this.stop();
      this.#on.closed();
      return;
    }
    if (!this.#ready) {
      this.#unwelcome(f);
      return;
    }
    if (f.code === 'unavailable' && this.#bye) {
      this.#bye(false);
      return;
    }
    if (f.code === 'rate_limited' || f.code === 'unavailable') {
      if (this.#holding) return;
      this.#holding = true;
      if (f.code === 'unavailable') for (const p of this.#pending.values()) p.told('failed');
      const ms = f.retry_after ? f.retry_after * 1000 : Math.min(slowest, 1000 * 2 ** Math.min(this.#tries++, 5));
      this.#later(ms, () => { if (this.#ready) this.#flush(); });
      return;
    }
    if (f.code === 'unknown_file') { // a picture that grew too old before its message came
      const key = `message:${f.id}:`;
      const p = this.#pending.get(key);
      this.#pending.delete(key);
      p?.told('gone');
      return;
    }
    if (f.code === 'unknown_code') { // requests: the token has grown old
      this.#ready = false;
      this.#unwelcome(f);
    }
  }

  // unwelcome: a hello was refused.
  #unwelcome(f) {
    if (f.code === 'rate_limited') {
      if (this.#asked === 'code') this.#on.busy(f.retry_after ?? 3);
      this.#again(1000 * (f.retry_after ?? 3));
      return;
    }
    if (f.code !== 'unknown_code') {
      this.#drop();
      return;
    }
    const asked = this.#asked;
    if (asked === 'resume') {
      if (this.#code && this.#written) this.#secret = { code: this.#code };
      else if (!this.#written && this.#seq === 0) this.#secret = {}; // nothing was kept yet: begin
      else this.#secret = this.#code ? { code: this.#code } : null;
      if (this.#secret) {
        this.#again(0);
        return;
      }
    }
    this.stop();
    this.#on.unknown(asked);
  }

  #again(ms) {
    this.#later(ms, () => {
      if (this.#plain) this.#greet();
      else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(wire(this.#hello()));
      else this.#connect();
    });
  }

  #flush() {
    this.#holding = false;
    if (this.#plain) {
      this.#pump();
      return;
    }
    for (const p of this.#pending.values()) this.#put(p);
  }

  #put(p) {
    if (this.#plain) this.#pump();
    else if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(wire(p.frame));
  }

  // From here on: by requests.

  async #greet() {
    const f = await this.#post(this.#hello());
    if (this.#stopped) return;
    if (!f) {
      this.#lost();
      return;
    }
    if (f.type === 'welcome') this.#visit ??= new Visit(this.#asked === '', f.open);
    this.#take(f);
    if (this.#ready && !this.#stream) this.#listen();
  }

  #pumping = false;

  async #pump() {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#ready && !this.#holding && this.#pending.size > 0) {
      const [p] = this.#pending.values();
      const f = await this.#post(p.frame);
      if (this.#stopped) break;
      if (!f) {
        this.#pumping = false;
        this.#lost();
        return;
      }
      this.#take(f);
      if (f.type === 'error' && !['rate_limited', 'unavailable', 'unknown_code', 'unknown_file'].includes(f.code)) break;
    }
    this.#pumping = false;
  }

  // left says what became of the visit, once, while the page goes.
  #left() {
    const became = this.#visit?.became;
    this.#visit = null;
    if (became) this.#post({ type: 'bye', erase: false, left: became }, true);
  }

  async #post(frame, keepalive = false) {
    const headers = { 'Content-Type': 'application/json' };
    if (frame.type !== 'hello' && this.#secret?.resume) headers.Authorization = `Resume ${this.#secret.resume}`;
    try {
      const r = await fetch('/chat/messages', { method: 'POST', headers, body: wire(frame), cache: 'no-store', credentials: 'omit', keepalive });
      return await r.json();
    } catch {
      return null;
    }
  }

  async #listen() {
    const stream = new AbortController();
    this.#stream = stream;
    let pause = 500;
    while (!this.#stopped && this.#stream === stream) {
      try {
        const r = await fetch(`/chat/events?after=${this.#seq}`, {
          headers: { Authorization: `Resume ${this.#secret.resume}` }, signal: stream.signal, cache: 'no-store', credentials: 'omit',
        });
        if (r.status === 401) {
          this.#stream = null;
          this.#take(await r.json());
          return;
        }
        if (r.ok) pause = 500;
        await this.#read(r.body.pipeThrough(new TextDecoderStream()).getReader());
      } catch {
        // tried again below
      }
      await new Promise((resolve) => { setTimeout(resolve, pause * (0.5 + Math.random())); });
      pause = Math.min(slowest, pause * 2);
    }
  }

  async #read(reader) {
    let rest = '';
    for (;;) {
      const { value, done } = await reader.read();
      if (done || this.#stopped) return;
      rest += value;
      const events = rest.split('\n\n');
      rest = events.pop();
      for (const e of events) if (e.startsWith('data: ')) this.#take(JSON.parse(e.slice(6)));
    }
  }
}
