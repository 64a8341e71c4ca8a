#!/bin/sh
# For cron, every morning at half past five:  30 5 * * *  /srv/kpi/kpi-check.sh /srv/kpi
#
# It is silent when all is well, so that cron sends mail only when there is something to read. Numbers and verdicts go to the folder of the
# textfile collector of a Prometheus exporter, if METRICS names it; alert on relhealth_check_failed, and on a time stamp of success that is
# older than a day. The numbers of a good run are kept, to hold the next one against.
set -eu
cd "${1:-.}"
set -- --quiet --as-of "${AS_OF:-$(date +%F)}"
if [ -e baseline.json ]; then
    set -- "$@" --baseline baseline.json
fi
if [ -n "${METRICS:-}" ]; then
    set -- "$@" --format table --output "openmetrics=$METRICS/relhealth.prom"
fi
code=0
relhealth check "$@" --save-baseline baseline.next.json || code=$?
if [ "$code" -eq 0 ]; then
    mv baseline.next.json baseline.json
else
    rm -f baseline.next.json
fi
exit "$code"
