-- Moves an entry that cannot be processed to the dead letters, where it stays until a person asks for it again.
-- KEYS 1 owner (hash)   2 entries (stream)   3 dead letters (hash: number → reason, space, record)
-- ARGV 1 who   2 group   3 entry id   4 its number in the lane   5 reason, one word
-- Result 1 moved, 0 it was not there any more; false when the lane is not the caller's.
if redis.call('HGET', KEYS[1], 'who') ~= ARGV[1] then return false end
local found = redis.call('XRANGE', KEYS[2], ARGV[3], ARGV[3])
redis.call('XACK', KEYS[2], ARGV[2], ARGV[3])
if not found[1] then return 0 end
local fields, record = found[1][2], ''
for i = 1, #fields - 1, 2 do
  if fields[i] == 'b' then record = fields[i + 1] end
end
redis.call('HSET', KEYS[3], ARGV[4], ARGV[5] .. ' ' .. record)
redis.call('XDEL', KEYS[2], ARGV[3])
return 1
