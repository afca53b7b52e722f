-- Puts a dead letter back into the lane, behind what is there. Pressed again it finds nothing.
-- KEYS 1 entries (stream)   2 mark (string)   3 totals (hash)   4 dead letters (hash)
-- ARGV 1 its number in the lane
-- Result 1 put back, 0 there is none.
local letter = redis.call('HGET', KEYS[4], ARGV[1])
if not letter then return 0 end
local record = string.sub(letter, string.find(letter, ' ', 1, true) + 1)
-- Between the mark and the number after it there is room: the first part of the id is the mark, the second a counter.
local mark = redis.call('GET', KEYS[2]) or '0'
local n = redis.call('HINCRBY', KEYS[3], 'requeued', 1)
redis.call('XADD', KEYS[1], mark .. '-' .. n, 's', ARGV[1], 'b', record)
redis.call('HDEL', KEYS[4], ARGV[1])
return 1
