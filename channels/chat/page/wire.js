// What whoever watches the line could learn from the length of a frame is which of a few classes it is in: 512·2ⁿ bytes. Frames
// above the last class go as they are.

const least = 512;
const most = 32 * 1024;
const empty = ',"pad":""';

// wire writes a frame, filled up to its class by a field that nobody reads.
export function wire(frame) {
  const plain = JSON.stringify(frame);
  const bytes = new TextEncoder().encode(plain).length + empty.length;
  let size = least;
  while (size < bytes) size *= 2;
  return size > most ? plain : `${plain.slice(0, -1)},"pad":"${'0'.repeat(size - bytes)}"}`;
}
