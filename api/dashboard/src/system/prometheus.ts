export interface Sample {
  name: string;
  labels: string;
  value: number;
}

/** Samples of a Prometheus text (exposition format 0.0.4), without the buckets of histograms. */
export function samplesOf(text: string): Sample[] {
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/.exec(line);
    if (match && !match[1]!.endsWith('_bucket')) samples.push({ name: match[1]!, labels: match[2] ?? '', value: Number(match[3]) });
  }
  return samples;
}
