/* Narrows the list of hotlines while one types, in what the page already holds. Search itself is the server's. */
(function () {
  "use strict";
  var field = document.getElementById("q");
  var shown = document.getElementById("shown");
  var list = document.getElementById("all");
  if (!field || !shown || !list || !String.prototype.normalize) return;

  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase().replace(/\s+/g, " ");
  }

  var groups = Array.prototype.map.call(list.querySelectorAll(".group"), function (group) {
    var district = fold(group.querySelector("h3").textContent);
    return {
      element: group,
      units: Array.prototype.map.call(group.querySelectorAll("li"), function (unit) {
        return { element: unit, text: fold(unit.textContent) + " " + district };
      })
    };
  });

  function narrow() {
    var said = field.value.trim();
    var words = fold(said);
    var count = 0;
    groups.forEach(function (group) {
      var left = 0;
      group.units.forEach(function (unit) {
        var fits = unit.text.indexOf(words) >= 0;
        unit.element.hidden = !fits;
        if (fits) left += 1;
      });
      group.element.hidden = !left;
      count += left;
    });
    if (!count) groups.forEach(function (group) {
      group.element.hidden = false;
      group.units.forEach(function (unit) { unit.element.hidden = false; });
    });
    var text = count ? shown.getAttribute("data-some") : shown.getAttribute("data-none");
    shown.textContent = words ? text.replace("%n", String(count)).replace("%q", function () { return said; }) : "";
  }

  field.addEventListener("input", narrow);
})();
