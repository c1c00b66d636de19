// Policy page and preference centre work without this; with it, switches move together and what happened is announced.
(() => {
  "use strict";

  for (const details of document.querySelectorAll("details[data-tamis-services]")) {
    const category = document.getElementById("tamis-grant-" + details.dataset.tamisServices);
    const services = details.querySelectorAll("input[data-tamis-switch]");
    category?.addEventListener("change", () => {
      for (const service of services) service.checked = category.checked;
    });
  }

  // A text that is there from the start is read to nobody: the focus takes screen readers to it.
  const notice = document.getElementById("tamis-notice");
  if (notice) {
    notice.tabIndex = -1;
    notice.focus({ preventScroll: true });
  }
})();
