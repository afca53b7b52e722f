// The wait: how long it may take, as the status line says it, and what is said once to somebody who wrote of danger.

import { el, text } from '/chat/words.js';

const order = ['05min', '20min', '30min', 'today', 'later'];

export class Wait {
  #card; // puts a card into the log
  #band = '';
  #next = ''; // the band that was said while an answer stood
  #said = new Set(); // cards of this wait
  #care = null;
  #cared = '';

  constructor(card) { this.#card = card; }

  clear() {
    this.over();
    this.#care = null;
    this.#cared = '';
  }

  // over: an answer is there, and what comes after it is another wait.
  over() {
    this.#band = this.#next = '';
    this.#said.clear();
  }

  // begin: something was written after an answer. The desk may have said how long that takes before its receipt was here.
  begin() {
    const band = this.#next;
    this.#next = '';
    if (order.includes(band)) this.told({ band }, false);
  }

  // told takes what the desk says of the wait. A band stays or shrinks until the wait is over, whatever comes.
  told(f, answered) {
    this.caring(f.care);
    if (answered) {
      this.#next = f.band;
      return;
    }
    if (f.band === 'sorry') {
      this.#band = 'sorry';
      this.sorry();
    } else if (order.includes(f.band) && this.#band !== 'sorry' && (this.#band === '' || order.indexOf(f.band) < order.indexOf(this.#band))) {
      this.#band = f.band;
      if (f.band === 'later') this.#once('turned.away');
    }
  }

  // known is whether the desk has said how long it may take: then it says too when that has passed.
  get known() { return this.#band !== ''; }

  // words is the band for the status line, or null.
  get words() { return order.includes(this.#band) && this.#band !== 'later' ? text(`wait.band.${this.#band}`) : null; }

  // sorry says once that it takes longer than was said.
  sorry() { this.#once('wait.late'); }

  #once(key) {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.#card(text(key));
  }

  // caring says once in a conversation that words of danger have arrived. What changes is that whoever is on call was reached.
  caring(care) {
    if (!['alarm', 'night', 'paged'].includes(care) || care === this.#cared) return;
    const paged = () => el('p', {}, text('danger.paged'));
    if (this.#cared === '') {
      this.#care = this.#card(el('h2', {}, text('head.danger')), text(care === 'alarm' ? 'danger.open' : 'danger.closed'));
      if (care !== 'alarm') this.#care.classList.add('numbers');
      if (care === 'paged') this.#care.append(paged());
      this.#cared = care;
      this.#care.scrollIntoView({ block: 'start' }); // before all else
    } else if (this.#cared === 'night' && care === 'paged') {
      this.#care.append(paged());
      this.#cared = care;
    }
  }
}
