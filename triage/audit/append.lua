-- Adds one record to the chain, if the chain ends where the caller believes.
-- KEYS 1 the chain (list of records: 32 bytes of hash, then the sealed entry)   2 merged journals (hash: id -> records taken over)
-- ARGV 1 expected length   2 expected hash of the last record, or ""   3 record
--      4 id of the journal that the record comes from, or ""   5 its number there
-- Result {1} added; {2} taken over from the journal before, nothing done; or {0, length, hash of the last record, hash of
--        the record at the expected length}: the chain ends elsewhere, nothing done.
local function hash(at)
  local record = redis.call('LINDEX', KEYS[1], at)
  return record and string.sub(record, 1, 32) or ''
end
if ARGV[4] ~= '' and tonumber(redis.call('HGET', KEYS[2], ARGV[4]) or '0') >= tonumber(ARGV[5]) then return {2} end
local length = redis.call('LLEN', KEYS[1])
local last = length > 0 and hash(-1) or ''
if length ~= tonumber(ARGV[1]) or last ~= ARGV[2] then
  local expected = tonumber(ARGV[1])
  return {0, length, last, expected > 0 and hash(expected - 1) or ''}
end
redis.call('RPUSH', KEYS[1], ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[2], ARGV[4], ARGV[5]) end
return {1}
