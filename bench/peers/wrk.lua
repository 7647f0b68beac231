-- A number behind the address: so many requests at once.
init = function(args)
  local together = string.rep(wrk.format(), tonumber(args[1]) or 1)
  request = function() return together end
end

-- Says what wrk has counted, as JSON: its own text rounds bytes to three digits.
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"bytes":%d,"seconds":%.6f,"p50":%.1f,"p99":%.1f,"errors":%d,"reads":%d}\n',
    summary.requests, summary.bytes, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.write + errors.status + errors.timeout, errors.read))
end
