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

  // Without a script the server has services follow a category that was moved. Here they have done so already, and what was
  // moved after that counts: as far as the server can see, nothing was moved, and each switch stands for itself.
  document.getElementById("tamis-form")?.addEventListener("formdata", ({ formData }) => {
    formData.delete("was");
    for (const key of formData.getAll("grant")) formData.append("was", key);
  });

  // A text that is there from the start is read to nobody: the focus takes screen readers to it.
  const notice = document.getElementById("tamis-notice");
  if (notice) {
    notice.tabIndex = -1;
    notice.focus({ preventScroll: true });
  }
})();
