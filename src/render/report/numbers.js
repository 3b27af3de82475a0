"use strict";

// Numbers: texts become arrays, and rows are scored as the program scores them. Nothing here knows of the page, so that Node can
// run it too.

function plus(a, b) {
  return a + b;
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

// Doubles are written little-endian, which is what every machine with a browser has.
function doublesOf(base64) {
  return new Float64Array(bytesOf(base64).buffer);
}

// Feature d is bit d % 8, least significant first, of byte d / 8.
function bitsOf(base64, n) {
  const bytes = bytesOf(base64);
  return Uint8Array.from({ length: n }, (_, d) => (bytes[d >> 3] >> (d & 7)) & 1);
}

// JSON has no infinity: a probability of 0 comes as null.
function logOf(value) {
  return value === null ? -Infinity : value;
}

// The report with its numbers as arrays. Both logarithms of every mean, once: a score only adds what its bits select, so 0 log 0
// never arises, and means of exactly 0 and 1 give minus infinity where they should.
function modelOf(report) {
  const weights = doublesOf(report.weights);
  const means = doublesOf(report.means);
  const [logOnes, logZeros] = [means.map(Math.log), means.map((mean) => Math.log1p(-mean))];
  const isSeen = new Uint8Array(report.height * report.width).fill(1);
  // What a mask hid from the model counts for nothing.
  for (const d of report.unseen) {
    isSeen[d] = 0;
    weights.forEach((_, k) => { logOnes[k * isSeen.length + d] = logZeros[k * isSeen.length + d] = 0; });
  }
  const threshold = /^threshold:(\d+)$/.exec(report.binarize || "");
  return {
    ...report,
    nClusters: weights.length,
    nFeatures: isSeen.length,
    isSeen,
    threshold: threshold ? Number(threshold[1]) : 128,
    weights,
    means,
    logWeights: weights.map(Math.log),
    logOnes,
    logZeros,
    typicality: report.typicality && {
      levels: report.typicality.levels,
      logProb: doublesOf(report.typicality.log_prob),
      ones: doublesOf(report.typicality.ones),
    },
  };
}

function meanOf(model, k) {
  return model.means.subarray(k * model.nFeatures, (k + 1) * model.nFeatures);
}

// log p(x), the responsibility of every cluster, the most probable one, and the number of ones.
function score(model, bits) {
  const { nClusters, nFeatures, logOnes, logZeros } = model;
  const joint = Float64Array.from(model.logWeights);
  for (let k = 0, i = 0; k < nClusters; k++) {
    let sum = 0;
    for (let d = 0; d < nFeatures; d++, i++) sum += bits[d] ? logOnes[i] : logZeros[i];
    joint[k] += sum;
  }
  const best = joint.reduce((best, value, k) => (value > joint[best] ? k : best), 0);
  const top = joint[best];
  const logProb = top + Math.log(joint.reduce((sum, value) => sum + Math.exp(value - top), 0));
  const ones = bits.reduce(plus, 0);
  if (top === -Infinity) {
    // No cluster can make this row: all that is left to go by are the weights.
    const heaviest = model.weights.indexOf(Math.max(...model.weights));
    return { logProb: top, responsibilities: model.weights, best: heaviest, ones };
  }
  return { logProb, responsibilities: joint.map((value) => Math.exp(value - logProb)), best, ones };
}

// The share of samples up to `value`, by ascending quantiles at `levels`, a straight line between two of them.
function shareUpTo(levels, quantiles, value) {
  const nBelow = quantiles.filter((quantile) => quantile <= value).length;
  if (nBelow === 0 || nBelow === quantiles.length) return nBelow === 0 ? 0 : 1;
  const low = quantiles[nBelow - 1];
  const part = Number.isFinite(low) ? (value - low) / (quantiles[nBelow] - low) : 0;
  return levels[nBelow - 1] + part * (levels[nBelow] - levels[nBelow - 1]);
}

// How usual a scored row is for its most probable cluster, 0 to 1; null where there is nothing to hold it against.
function typicalityOf(model, scored) {
  if (!model.typicality) return null;
  const { levels, logProb, ones } = model.typicality;
  const from = scored.best * levels.length;
  const ofCluster = (quantiles) => quantiles.subarray(from, from + levels.length);
  if (ones[from] === Infinity) return null;
  const mirrored = ofCluster(ones).map((quantile) => -quantile).reverse();
  const few = shareUpTo(levels, ofCluster(ones), scored.ones);
  const many = shareUpTo(levels, mirrored, -scored.ones);
  const improbable = shareUpTo(levels, ofCluster(logProb), scored.logProb);
  return Math.min(1, 2 * Math.min(improbable, 2 * Math.min(few, many)));
}

// The mean of a cluster minus the weighted mean of all others; null where there are none.
function apart(model, k) {
  const others = model.weights.reduce((sum, weight, j) => (j === k ? sum : sum + weight), 0);
  if (!(others > 0)) return null;
  const difference = Float64Array.from(meanOf(model, k));
  model.weights.forEach((weight, j) => {
    if (j === k || weight === 0) return;
    meanOf(model, j).forEach((mean, d) => {
      difference[d] -= (weight / others) * mean;
    });
  });
  return difference;
}

// All features in their order, or, of more than `most`, those in which cluster `k` differs most from the others.
function telling(model, k, most) {
  const features = [...meanOf(model, k).keys()];
  const difference = apart(model, k);
  if (difference && features.length > most) features.sort((a, b) => Math.abs(difference[b]) - Math.abs(difference[a]));
  return features.slice(0, most);
}

// How far the page is from the program on rows that the program scored: in log p or any responsibility.
function largestDifference(model) {
  const apartBy = (a, b) => (a === b ? 0 : Math.abs(a - b));
  return Math.max(0, ...model.checks.flatMap((check) => {
    const { logProb, responsibilities } = score(model, bitsOf(check.bits, model.nFeatures));
    const differences = check.responsibilities.map((value, k) => apartBy(value, responsibilities[k]));
    return [apartBy(logProb, logOf(check.log_prob)), ...differences];
  }));
}
