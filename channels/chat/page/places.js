// The page of places has nothing to forget; it is left as quickly as the other one, and on paper nothing is folded.
import { arm } from '/chat/exit.js';

arm(() => {});
addEventListener('beforeprint', () => {
  for (const d of document.querySelectorAll('details')) d.open = true;
});
