-- Adds events to one case, with everything that is derived from them, in one act.
-- KEYS 1 case (hash: v version, k name of the share and wrapped key, s sealed snapshot, f:KIND lease, sealed)
--      2 its events (list)   3 its known event ids (set of digests)   4 the partition's refs (hash: digest -> case)
--      5… the indexes that the plan names by position (sorted sets)
-- ARGV 1 expected version   2 wrapped key   3 sealed snapshot   4 case id   5 channel of the notice
--      6 the plan as JSON: add [[key, score]…], drop [key…], refs [digest…], due [[key, kind, score or ""]…]
--      7 number of events   8… digest and sealed event, in turn; then position (from 0) and sealed blank, in turn
-- Result {"ok"}; {"conflict"}; or {"known", i…}: these events are known already, and nothing was done.
local count = tonumber(ARGV[7])
local known = {'known'}
for i = 1, count do
  if redis.call('SISMEMBER', KEYS[3], ARGV[6 + 2 * i]) == 1 then
    known[#known + 1] = i
  end
end
if #known == count + 1 then return known end

local version = redis.call('HGET', KEYS[1], 'v') or '0'
if version ~= ARGV[1] then return {'conflict'} end
if version ~= '0' and redis.call('HGET', KEYS[1], 'k') ~= ARGV[2] then return {'conflict'} end
if #known > 1 then return known end

for i = 1, count do
  redis.call('SADD', KEYS[3], ARGV[6 + 2 * i])
  redis.call('RPUSH', KEYS[2], ARGV[7 + 2 * i])
end
for i = 8 + 2 * count, #ARGV, 2 do redis.call('LSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
redis.call('HSET', KEYS[1], 'v', string.format('%d', tonumber(version) + count), 'k', ARGV[2], 's', ARGV[3])

local plan = cjson.decode(ARGV[6])
for _, key in ipairs(plan.drop) do redis.call('ZREM', KEYS[key], ARGV[4]) end
for _, a in ipairs(plan.add) do redis.call('ZADD', KEYS[a[1]], a[2], ARGV[4]) end
for _, ref in ipairs(plan.refs) do redis.call('HSET', KEYS[4], ref, ARGV[4]) end
for _, d in ipairs(plan.due) do
  redis.call('HDEL', KEYS[1], 'f:' .. d[2])
  if d[3] == '' then
    redis.call('ZREM', KEYS[d[1]], ARGV[4])
  else
    redis.call('ZADD', KEYS[d[1]], d[3], ARGV[4])
  end
end
redis.call('PUBLISH', ARGV[5], ARGV[4])
return {'ok'}
