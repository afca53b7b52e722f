// What was granted is shown here and goes with the page.
import { say, send } from '/static/live.js';

document.addEventListener('submit', async (e) => {
  const form = e.target.closest('form[data-open]');
  if (!form) return;
  e.preventDefault();
  const done = await send(form.getAttribute('action'), {});
  say(done.say, !done.ok);
  form.querySelector('bdi').textContent = Object.values(done.values || {}).join(' ');
});
