/* Copies a snippet at a press; without this script one selects and copies it oneself. */
(function () {
  "use strict";
  Array.prototype.forEach.call(document.querySelectorAll("[data-copies]"), function (button) {
    var code = document.getElementById(button.getAttribute("data-copies"));
    var told = button.nextElementSibling;
    button.hidden = false;
    button.addEventListener("click", function () {
      code.focus();
      code.select();
      function done() { told.textContent = button.getAttribute("data-done"); }
      // only pages over https may reach the clipboard by the newer way
      if (navigator.clipboard) navigator.clipboard.writeText(code.value).then(done, function () {});
      else if (document.execCommand("copy")) done();
    });
  });
})();
