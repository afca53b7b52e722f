-- Keeps one record of the vault, unless it has changed since the caller read it.
-- KEYS 1 record (hash: v version, k name of the share and wrapped key, r sealed record, o:DIGEST sealed originals)
-- ARGV 1 version read, "0" for none   2 next version   3 name of the share and wrapped key   4 sealed record
--      5… field and sealed original, in turn; an original that is there already stays
-- Result 1 kept, 0 the record is another by now.
local version = redis.call('HGET', KEYS[1], 'v') or '0'
if version ~= ARGV[1] then return 0 end
if version ~= '0' and redis.call('HGET', KEYS[1], 'k') ~= ARGV[3] then return 0 end
redis.call('HSET', KEYS[1], 'v', ARGV[2], 'k', ARGV[3], 'r', ARGV[4])
for i = 5, #ARGV, 2 do
  redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1])
end
return 1
