// Pictures: what is looked at before one goes, and sending it in pieces that go on where the line broke.

import { el } from '/chat/words.js';

export const mostAtOnce = 4;
const mostBytes = 20 * 1024 * 1024;
const mostPixels = 12e6; // of what is drawn again: enough to read every line of a long screen, and what telephones can draw
const piece = 256 * 1024; // bytes of one request: below what proxies let pass
const slow = 45000; // milliseconds for one request
const slowest = 15000; // milliseconds between two tries at most

const starts = (bytes, text, at = 0) => [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0));

// sort tells what a file is by how it begins: png, jpeg, other, moving (must stay as it is), or ''.
function sort(b) {
  if (starts(b, '\x89PNG')) return 'png';
  if (starts(b, '\xff\xd8\xff')) return 'jpeg';
  if (starts(b, 'GIF8')) return 'moving';
  if (starts(b, 'RIFF') && starts(b, 'WEBP', 8)) return starts(b, 'VP8X', 12) && (b[20] & 2) ? 'moving' : 'other';
  if (starts(b, 'BM') || starts(b, 'II*\0') || starts(b, 'MM\0*')) return 'other';
  if (starts(b, 'ftyp', 4)) return ['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1', 'avif'].some((k) => starts(b, k, 8)) ? 'other' : '';
  return '';
}

// honest reports whether this browser gives back what was drawn. Some change it, so that nobody can be known by it.
function honest() {
  const side = 24;
  const c = el('canvas', { width: side, height: side });
  const pen = c.getContext('2d', { willReadFrequently: true });
  if (!pen) return false;
  for (let i = 0; i < side * side; i++) {
    pen.fillStyle = `rgb(${(i * 7) % 256}, ${(i * 13) % 256}, ${(i * 29) % 256})`;
    pen.fillRect(i % side, Math.floor(i / side), 1, 1);
  }
  const { data } = pen.getImageData(0, 0, side, side);
  for (let i = 0; i < side * side; i++) {
    if (data[4 * i] !== (i * 7) % 256 || data[4 * i + 1] !== (i * 13) % 256 || data[4 * i + 2] !== (i * 29) % 256) return false;
  }
  return true;
}

// redrawn makes a picture anew, so that where and with what it was taken stays on this device; or null.
async function redrawn(file, kind) {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return null;
  }
  const scale = Math.min(1, Math.sqrt(mostPixels / (bitmap.width * bitmap.height)));
  const canvas = el('canvas', { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) });
  const pen = canvas.getContext('2d');
  if (!pen) return null;
  if (kind !== 'png') {
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const as = (type) => new Promise((resolve) => { canvas.toBlob(resolve, type, 0.92); });
  const same = await as(kind === 'png' ? 'image/png' : 'image/jpeg');
  return same && same.size > mostBytes ? as('image/jpeg') : same;
}

// prepare returns what would be sent of a file, or why it cannot be.
export async function prepare(file) {
  let begin;
  try {
    begin = new Uint8Array(await file.slice(0, 32).arrayBuffer());
  } catch {
    return { refused: 'say.picture.sort' };
  }
  const kind = sort(begin);
  if (kind === '') return { refused: 'say.picture.sort' };
  const again = kind === 'moving' || !honest() ? null : await redrawn(file, kind);
  const blob = again ?? file;
  return blob.size > mostBytes ? { refused: 'say.picture.large' } : { blob };
}

const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// Upload brings one picture to the desk. on: progress(part of 1), waits(key of a text, or ''), refused(key of a text).
export class Upload {
  #blob;
  #line;
  #on;
  #id = '';
  #offset = 0;
  #stopped = false;
  #request = null;

  constructor(blob, line, on) {
    this.#blob = blob;
    this.#line = line;
    this.#on = on;
  }

  // run resolves to the id that a message may name, or to '' where it was stopped or refused.
  async run() {
    this.#id = '';
    this.#offset = 0;
    let wait = 500;
    while (!this.#stopped) {
      const token = this.#line.token;
      if (token === '') {
        if (!this.#line.alive) break;
        this.#on.waits('say.picture.waits');
        await pause(300);
        continue;
      }
      const f = await this.#step(token);
      if (this.#stopped) break;
      if (f?.type === 'file') {
        this.#id = f.id;
        this.#offset = f.offset;
        this.#on.progress(f.offset / f.size);
        this.#on.waits('');
        wait = 500;
        if (f.done) return f.id;
        continue;
      }
      const refused = { no_picture: 'say.picture.sort', too_large: 'say.picture.large' }[f?.code];
      if (refused) {
        this.#on.refused(refused);
        return '';
      }
      if (f?.code === 'unknown_file') this.#id = ''; // it grew too old: begin again
      if (f?.code === 'unknown_code') this.#line.renew(token);
      if (f?.code !== 'wrong_offset') this.#on.waits(f?.code === 'no_room' ? 'say.picture.room' : 'say.picture.waits');
      await pause(f?.code === 'rate_limited' ? 1000 * (f.retry_after ?? 3) : wait * (0.5 + Math.random()));
      wait = Math.min(slowest, wait * 2);
      if (this.#id) this.#offset = -1; // ask how much is there
    }
    return '';
  }

  stop() {
    this.#stopped = true;
    this.#request?.abort();
    if (this.#id && this.#line.token) this.#ask('DELETE', this.#line.token, `/chat/files/${this.#id}`);
  }

  #step(token) {
    if (!this.#id) return this.#ask('POST', token, '/chat/files', { 'Content-Type': 'application/json' }, JSON.stringify({ size: this.#blob.size }));
    const at = `/chat/files/${this.#id}`;
    if (this.#offset < 0) return this.#ask('GET', token, at);
    return this.#ask('PATCH', token, at, { 'Content-Type': 'application/octet-stream', 'Upload-Offset': `${this.#offset}` },
      this.#blob.slice(this.#offset, this.#offset + piece));
  }

  async #ask(method, token, path, headers = {}, body = undefined) {
    const request = new AbortController();
    this.#request = request;
    const timer = setTimeout(() => request.abort(), slow);
    try {
      const r = await fetch(path, {
        method, body, headers: { ...headers, Authorization: `Resume ${token}` }, signal: request.signal, cache: 'no-store', credentials: 'omit',
        keepalive: method === 'DELETE',
      });
      return method === 'DELETE' ? null : await r.json();
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}
