// Writing: Enter is a new line, Ctrl+Enter sends, and a key that belongs to the conversion of kanji does neither.
import { composing } from '/static/live.js';

// insert puts text where the cursor is, so that it can be undone.
export function insert(area, text, whole = false) {
  area.focus();
  if (whole) area.select();
  area.setRangeText(text, area.selectionStart, area.selectionEnd, 'end');
  area.dispatchEvent(new Event('input', { bubbles: true }));
}

document.addEventListener('keydown', (e) => {
  if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey) || composing(e)) return;
  const form = e.target.closest('form[data-compose], form[data-once]');
  if (!form) return;
  e.preventDefault();
  form.requestSubmit();
});

document.addEventListener('click', (e) => {
  const button = e.target.closest('[data-fill], [data-insert]');
  if (!button) return;
  const area = button.dataset.into ? document.getElementById(button.dataset.into) : button.closest('form').querySelector('textarea');
  if (button.dataset.insert) insert(area, button.dataset.insert);
  else if (area.value.trim() === '' || area.value === area.dataset.filled) {
    insert(area, button.dataset.fill, true);
    if (!button.dataset.into) area.dataset.filled = area.value; // what is the child's own is not written over by the next
  } else insert(area, `\n${button.dataset.fill}`);
});

// A form that is sent by the browser itself is sent once.
document.addEventListener('submit', (e) => {
  if (!('once' in e.target.dataset)) return;
  e.target.querySelectorAll('button').forEach((b) => { b.disabled = true; });
});
