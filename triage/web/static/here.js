// A person who works at this page stays signed in; a page left alone does not. What a page does by itself is not counted
// by the server, so once a minute this says whether keys, pointer or screen were touched.
let worked = false;
for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel', 'touchstart']) {
  document.addEventListener(kind, () => { worked = true; }, { passive: true });
}
setInterval(() => {
  if (!worked) return;
  worked = false;
  fetch('/', { redirect: 'manual', cache: 'no-store' }).catch(() => {});
}, 60000);
