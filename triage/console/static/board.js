// The board on the wall follows what happens by itself; it has no keys and no words of anybody.
import { follow } from '/static/live.js';

const title = document.title;
const grave = () => { document.title = document.querySelector('.board').dataset.grave === 'true' ? `（緊急）${title}` : title; };
follow('/queue/events', false, grave);
grave();
