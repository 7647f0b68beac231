-- For wrk: sixteen asks at once.
init = function()
  local asks = {}
  for i = 1, 16 do asks[i] = wrk.format() end
  together = table.concat(asks)
end

request = function() return together end
