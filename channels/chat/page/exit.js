// Leaving: the quick exit, the cover while the page is hidden, and forgetting.

const within = 1000; // milliseconds for three presses of a key
const away = 30 * 60 * 1000; // milliseconds hidden after which the page forgets

// arm makes the quick exit work. forget must drop everything that was written.
export function arm(forget) {
  const url = document.body.dataset.exit;
  let gone = false;
  const leave = () => {
    if (gone) return;
    gone = true;
    wipe();
    location.replace(url);
  };
  const wipe = () => {
    forget();
    document.body.replaceChildren();
  };

  document.getElementById('exit').addEventListener('click', (e) => {
    e.preventDefault();
    leave();
  });

  // Children press Esc to cancel a conversion of kana, often twice: a key counts only outside of one, and only in a row.
  let key = '';
  let times = [];
  let composing = false;
  const reset = () => { key = ''; times = []; };
  addEventListener('compositionstart', () => { composing = true; reset(); }, true);
  addEventListener('compositionend', () => { composing = false; reset(); }, true);
  addEventListener('keydown', (e) => {
    if (composing || e.isComposing || e.keyCode === 229 || (e.key !== 'Shift' && e.key !== 'Escape')) {
      reset();
      return;
    }
    if (e.repeat) return;
    const now = performance.now();
    if (e.key !== key) times = [];
    key = e.key;
    times = times.filter((t) => now - t < within);
    times.push(now);
    if (times.length >= 3) leave();
  }, true);

  addEventListener('pagehide', wipe);
  addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
}

// cover hides the page as long as nobody looks at it, and calls expired once that was too long.
export function cover(expired) {
  const sheet = document.getElementById('cover');
  let since = 0;
  let timer = 0;
  let focused = null;
  const forget = () => {
    since = 0;
    expired();
  };
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'hidden') {
      if (!sheet.hidden) return;
      focused = document.activeElement;
      sheet.hidden = false;
      document.body.classList.add('covered');
      since = Date.now();
      timer = setTimeout(forget, away);
      return;
    }
    clearTimeout(timer);
    if (since > 0 && Date.now() - since >= away) forget();
    if (!sheet.hidden) document.getElementById('uncover').focus();
  });
  document.getElementById('uncover').addEventListener('click', () => {
    sheet.hidden = true;
    document.body.classList.remove('covered');
    focused?.focus?.();
  });
}
