// What every live page does: ask for itself again when something happened, and put in only what differs.
//
// The server makes the markup, once, in its templates. A page that changed is fetched by XMLHttpRequest, because that
// hands over a parsed document: no string is ever turned into markup by a script, and the policy of the page forbids it.

// page fetches a document; body is a form's data, or null.
export function page(url, body = null) {
  return new Promise((resolve, reject) => {
    const ask = new XMLHttpRequest();
    ask.open(body ? 'POST' : 'GET', url);
    ask.responseType = 'document';
    ask.setRequestHeader('X-Live', '1');
    ask.timeout = 15000;
    if (body) ask.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    ask.onload = () => {
      if (ask.status === 200 && ask.response && !ask.responseURL.endsWith('/sign-in')) resolve(ask.response);
      else reject(Object.assign(new Error('not shown'), { status: ask.responseURL.endsWith('/sign-in') ? 401 : ask.status }));
    };
    ask.onerror = ask.ontimeout = () => reject(Object.assign(new Error('no connection'), { status: 0 }));
    ask.send(body);
  });
}

// patch makes every [data-region] of this page equal to the fresh one. Children with a data-key keep their place and
// focus while they have not changed. It returns the keys that are new.
export function patch(fresh) {
  const news = [];
  for (const region of document.querySelectorAll('[data-region]')) {
    const other = fresh.querySelector(`[data-region="${region.dataset.region}"]`);
    if (!other || region.isEqualNode(other)) continue;
    const focus = focused(region);
    const old = new Map([...region.children].filter((c) => c.dataset.key).map((c) => [c.dataset.key, c]));
    const had = old.size > 0;
    const children = [...other.childNodes].map((child) => {
      const key = child.dataset && child.dataset.key;
      const before = key && old.get(key);
      if (before && same(before, child)) return before;
      const node = document.importNode(child, true);
      if (key && !before && had) { news.push(key); node.classList.add('fresh'); }
      return node;
    });
    for (const a of other.attributes) region.setAttribute(a.name, a.value);
    arrange(region, children);
    focus();
  }
  return news;
}

// same compares two nodes as the server wrote them, without what scripts added.
function same(ours, theirs) {
  const plain = ours.cloneNode(true);
  const fresh = theirs.cloneNode(true);
  plain.classList.remove('fresh', 'here');
  if (!plain.className && !theirs.hasAttribute('class')) plain.removeAttribute('class');
  for (const node of [plain, fresh]) for (const d of node.querySelectorAll('details')) d.removeAttribute('open'); // opened by hand
  return plain.isEqualNode(fresh);
}

// arrange sets the children of a node and touches only those that are not in place.
function arrange(node, children) {
  let at = node.firstChild;
  for (const child of children) {
    if (child === at) at = at.nextSibling;
    else node.insertBefore(child, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// focused returns how to give the focus back to the same thing after its region was made anew.
function focused(region) {
  const now = document.activeElement;
  if (!region.contains(now) || now === region) return () => {};
  const holder = now.closest('[data-key]');
  const mark = now.id ? `#${CSS.escape(now.id)}` : now.tagName.toLowerCase();
  return () => {
    if (document.contains(now)) return;
    const scope = holder ? region.querySelector(`[data-key="${CSS.escape(holder.dataset.key)}"]`) : region;
    const again = scope && scope.querySelector(mark);
    if (again) again.focus({ preventScroll: true });
  };
}

const said = document.getElementById('said');
const lost = document.getElementById('lost');

let fades = 0;

// say tells the person what became of their act. What went well fades; what went wrong stays.
export function say(text, bad = false) {
  clearTimeout(fades);
  if (!bad) fades = setTimeout(() => { said.hidden = true; }, 8000);
  said.textContent = text;
  said.classList.toggle('bad', bad);
  said.hidden = !text;
}

// trouble says, or no longer says, that the page is not live.
export function trouble(status) {
  lost.replaceChildren();
  lost.hidden = status === 200;
  if (status === 401) {
    const link = document.createElement('a');
    link.href = '/sign-in';
    link.target = '_blank';
    link.rel = 'noopener';
    link.textContent = '別のタブでサインイン';
    lost.append('サインインの時間が切れました。書きかけの文はこの画面に残っています。', link, 'すると、続けられます。');
  } else if (status === 403 || status === 404) {
    lost.append('このページは、もうあなたには開けません。担当が変わったのかもしれません。書きかけの文はこの画面に残っています。');
  } else if (status !== 200) {
    lost.append('つながっていません。書きかけの文はこの画面に残っています。つながり直しています。');
  }
}

// send posts a form's data for a script. It returns {ok, say, to, …}.
export async function send(url, data) {
  try {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(data), headers: { Accept: 'application/json' }, cache: 'no-store' });
    const body = await answer.json().catch(() => ({}));
    if (answer.status === 401) trouble(401);
    return { ...body, ok: answer.ok, status: answer.status, say: body.say || (answer.ok ? '' : 'できませんでした。もう一度ためしてください。') };
  } catch {
    return { ok: false, status: 0, say: 'つながっていません。書いたものはこの画面に残っています。' };
  }
}

// follow keeps the page as it is on the server: at every notice, when the page is looked at again, and every half minute.
// A page that rests hangs up while it is out of sight: a browser has six connections for all its tabs.
export function follow(stream, rests, after) {
  let source = null, running = false, again = false;
  const refresh = async () => {
    if (running) { again = true; return; }
    running = true;
    do {
      again = false;
      try {
        const fresh = await page(location.href);
        const news = patch(fresh);
        trouble(200);
        if (after) after(fresh, news);
        document.documentElement.dataset.live = 'yes'; // the page has caught up
      } catch (e) {
        trouble(e.status);
      }
    } while (again);
    running = false;
  };
  const open = () => {
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource(stream);
    source.addEventListener('case', refresh);
    source.addEventListener('hello', refresh);
    source.addEventListener('end', () => { source.close(); refresh(); });
  };
  open();
  setInterval(() => { if (!document.hidden) { open(); refresh(); } }, 30000);
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) { open(); refresh(); } else if (rests) source.close();
  });
  window.addEventListener('focus', () => { open(); refresh(); });
  window.addEventListener('pagehide', () => source.close());
  return refresh;
}

// composing reports whether a key belongs to a conversion of kanji; Safari ends the conversion before the key (229).
export function composing(e) { return e.isComposing || e.keyCode === 229; }

// typing reports whether keys are meant as text.
export function typing(e) { return e.target.closest('input, textarea, select, [contenteditable]') !== null; }
