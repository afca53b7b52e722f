-- visit: one look at a conversation by its holder, which keeps the session in use.
--
-- KEYS  1 box, 2 session, 3 mail, 4 own, 5 pin
-- ARGV  1 how: resume, code, link or touch (a conversation that is already open)
--       2 the ticket's generation   3 minute when the ticket was last in use   4 minute now, both shifted
--       5 minutes of idleness allowed   6 ms until the session may be dropped
--       7 today   8 last day of the code from now on   9 ms until box and mail may be dropped
--       10 the shift of the session's minutes
-- result  ok, unwritten (nothing is stored of it), stale or closed
local how, gen = ARGV[1], tonumber(ARGV[2])
local now, idle = tonumber(ARGV[4]), tonumber(ARGV[5])
local fresh = now - tonumber(ARGV[3]) <= idle
-- A code that opens nothing writes a session too, which nobody holds: a write takes its time.
local function nothing(what)
  if how == 'code' then redis.call('SET', KEYS[2], gen .. ' ' .. ARGV[4], 'PX', ARGV[6]) end
  return what
end
if redis.call('EXISTS', KEYS[1]) == 0 then
  if how == 'resume' and not fresh then return 'stale' end
  return nothing('unwritten')
end
if redis.call('HGET', KEYS[1], 'closed') then return nothing('closed') end
if how == 'code' then
  local last = redis.call('HGET', KEYS[1], 'until')
  if last and tonumber(ARGV[7]) > tonumber(last) then return nothing('stale') end
  redis.call('HSET', KEYS[1], 'until', ARGV[8])
  for _, key in ipairs({KEYS[1], KEYS[3], KEYS[4], KEYS[5]}) do redis.call('PEXPIRE', key, ARGV[9]) end
end
local session = redis.call('GET', KEYS[2])
if session then
  local used, minute = string.match(session, '^(%d+) (%d+)$')
  used, minute = tonumber(used), tonumber(minute)
  if minute < 2 ^ 32 then minute = minute + ARGV[10] end -- of a version that did not shift
  if how == 'resume' and (gen < used or now - minute > idle and not fresh) then return 'stale' end
  if used > gen then gen = used end
elseif how == 'resume' and not fresh then
  return 'stale'
end
redis.call('SET', KEYS[2], gen .. ' ' .. ARGV[4], 'PX', ARGV[6])
return 'ok'
