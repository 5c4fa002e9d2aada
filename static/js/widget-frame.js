// Frames of our own origin that say when they are ready to be told something.
export function onEvery(frame, tell) {
  addEventListener("message", ({ source, origin, data }) => {
    if (source === frame.contentWindow && origin === location.origin && data?.ready) tell();
  });
  // It may have been ready before anybody listened.
  tell();
}
