"use strict";
(function () {
  var input = document.getElementById("find");
  var found = document.getElementById("found");
  if (!input) return;
  var plain = function (text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  };
  var all = function (query) {
    return Array.prototype.slice.call(document.querySelectorAll(query));
  };
  var read = function (node) {
    return { node: node, text: plain(node.textContent) };
  };
  var cards = null, rows = null;
  input.parentNode.hidden = false;
  input.addEventListener("input", function () {
    cards = cards || all("article").map(read);
    rows = rows || all(".all tbody tr").map(read);
    var words = plain(input.value).split(/\s+/).filter(Boolean);
    var shown = 0;
    var show = function (item) {
      var fits = words.every(function (word) { return item.text.indexOf(word) >= 0; });
      item.node.hidden = !fits;
      return fits;
    };
    cards.forEach(function (item) { shown += show(item) ? 1 : 0; });
    rows.forEach(show);
    found.textContent = words.length ? shown + (shown === 1 ? " match" : " matches") : "";
  });
  addEventListener("beforeprint", function () {
    all("details").forEach(function (item) { item.open = true; });
  });
})();
