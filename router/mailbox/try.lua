-- try: one try of a PIN, counted before anybody knows whether it is right, so that many at once count as many.
-- A conversation without a PIN counts alike. Where nothing was written nothing is stored.
--
-- KEYS  1 own, 2 pin
-- ARGV  1 second now, shifted   2 tries that are free   3 seconds to wait after the next one; it doubles   4 the longest wait
--       5 ms until pin may be dropped
-- result  {seconds to wait, salt or "", lock or ""}
if redis.call('EXISTS', KEYS[1]) == 0 then return {0, '', ''} end
local pin = redis.call('HMGET', KEYS[2], 'after', 'salt', 'lock')
local now = tonumber(ARGV[1])
local left = tonumber(pin[1] or '0') - now
if left > 0 then return {left, '', ''} end
local over = redis.call('HINCRBY', KEYS[2], 'tries', 1) - tonumber(ARGV[2])
if over >= 0 then
  local wait = math.min(tonumber(ARGV[3]) * 2 ^ math.min(over, 20), tonumber(ARGV[4]))
  redis.call('HSET', KEYS[2], 'after', string.format('%d', now + wait))
end
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return {0, pin[2] or '', pin[3] or ''}
