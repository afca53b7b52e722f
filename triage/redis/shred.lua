-- Destroys a case: its wrapped key, its sealed records and its places in every index. The digests of its event ids stay,
-- so that a replay of old events cannot bring it back; and the name of its share, until that is destroyed as well.
-- KEYS 1 case (hash)   2 its events (list)   3 the partition's refs (hash)   4 the partition's broken shares (set)
--      5… the indexes that hold it (sorted sets)
-- ARGV 1 expected version   2 case id   3 channel of the notice   4 name of its share   5… digests of its refs
-- Result 1 shredded, 0 the version is another.
if redis.call('HGET', KEYS[1], 'v') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('SADD', KEYS[4], ARGV[4])
for i = 5, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
for i = 5, #KEYS do redis.call('ZREM', KEYS[i], ARGV[2]) end
redis.call('PUBLISH', ARGV[3], ARGV[2])
return 1
