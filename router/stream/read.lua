-- Delivers entries that were never delivered to the lane's owner. Makes the group, from the first entry, where it is missing.
-- KEYS 1 owner (hash)   2 entries (stream)
-- ARGV 1 who   2 group   3 at most how many
-- Result the entries, each {id, fields}; false when the lane is not the caller's.
if redis.call('HGET', KEYS[1], 'who') ~= ARGV[1] then return false end
local function read()
  return redis.pcall('XREADGROUP', 'GROUP', ARGV[2], ARGV[2], 'COUNT', ARGV[3], 'STREAMS', KEYS[2], '>')
end
local got = read()
if type(got) == 'table' and got.err and string.find(got.err, 'NOGROUP', 1, true) then
  redis.call('XGROUP', 'CREATE', KEYS[2], ARGV[2], '0', 'MKSTREAM')
  got = read()
end
if type(got) == 'table' and got.err then return got end
if not got or not got[1] then return {} end
return got[1][2]
