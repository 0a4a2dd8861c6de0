// Assigns a customer to a segment with the steps and the numbers of the published SQL.
// values: a number or null by feature. Returns null if the SQL would reject the customer.
function place(model, values) {
  const missing = model.features.filter((feature) => values[feature.feature] === null);
  if (missing.some((feature) => feature.when_missing === "reject")) return null;
  if (missing.some((feature) => feature.when_missing === "unassigned"))
    return { segment_id: "unassigned", distances: [] };
  const point = model.features.map((feature) => {
    let value = values[feature.feature] ?? feature.imputed_value;
    if (feature.lower_bound !== null)
      value = Math.min(Math.max(value, feature.lower_bound), feature.upper_bound);
    if (feature.transform === "log") value = Math.log(1 + value);
    if (feature.transform === "sqrt") value = Math.sqrt(value);
    return ((value - feature.center) / feature.scale) * Math.sqrt(feature.weight);
  });
  const distances = model.centroids.map((centroid) =>
    Math.sqrt(centroid.reduce((sum, at, index) => sum + (point[index] - at) ** 2, 0)),
  );
  const nearest = distances.indexOf(Math.min(...distances));
  const next = Math.min(...distances.filter((_, index) => index !== nearest));
  return {
    segment_id: model.segments[nearest].id,
    distances,
    margin: next > 0 ? (next - distances[nearest]) / next : 0,
  };
}

// Returns the values of a form by feature, and the arguments of the function as SQL.
function read(form, model) {
  const values = {};
  const written = [];
  for (const field of form.querySelectorAll("fieldset")) {
    const block = field.dataset.block;
    const select = field.querySelector("select");
    if (select) {
      const isKnown = select.value !== "";
      for (const { feature } of model.features.filter((feature) => feature.block === block))
        values[feature] = isKnown ? Number(feature === select.value) : null;
      const text = select.selectedOptions[0].textContent.replaceAll("'", "''");
      written.push(isKnown ? `'${text}'` : "null");
    } else {
      const input = field.querySelector("[type=number]");
      values[block] = input.value === "" ? null : input.valueAsNumber;
      written.push(input.value === "" ? "null" : input.value);
    }
  }
  return { values, written };
}

function answer(form, model) {
  const { values, written } = read(form, model);
  const isOutside = [...form.querySelectorAll("[type=number]")].some(
    (input) => input.validity.rangeUnderflow || input.validity.rangeOverflow || input.validity.badInput,
  );
  const found = isOutside ? null : place(model, values);
  const segment = model.segments.find((one) => found && one.id === found.segment_id);
  const output = form.querySelector("output");
  output.style.borderColor = segment ? segment.color : "";
  output.textContent = isOutside
    ? "No customer has such values."
    : !found
      ? "Nobody can say: a customer without this value is rejected."
      : !segment
        ? "Unassigned: this value is needed."
        : segment.name + (found.margin < 0.1 ? ", but nearly another" : "");
  form.querySelectorAll(".answer tbody tr").forEach((row, index) => {
    row.cells[1].textContent = segment ? found.distances[index].toFixed(2) : "–";
    row.classList.toggle("is-chosen", segment !== undefined && row.dataset.segment === segment.id);
  });
  const call = `${form.dataset.function}(${written.join(", ")})`;
  form.querySelector("code").textContent = `select customer.*\nfrom (select ${call} as customer)`;
}

for (const form of document.querySelectorAll(".trial")) {
  const model = JSON.parse(form.querySelector("script").textContent);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    const other = { range: "number", number: "range" }[target.type];
    if (other && target.value !== "")
      target.parentElement.querySelector(`[type=${other}]`).value = target.value;
    answer(form, model);
  });
  answer(form, model);
}
