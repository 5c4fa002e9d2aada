// A worker that ticks once a second. Browsers slow down the timers of hidden pages to one a minute, which would let the
// server take a hidden tab for dead; those of workers keep time.
setInterval(() => postMessage(null), 1000);
