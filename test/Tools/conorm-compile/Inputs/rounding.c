/* Calls the entries of rounding.mlir through the manifest alone, and compares
 * each element with one rounding to nearest even, worked out here by the
 * distances to the two neighbours. */

#include "conorm-runtime/module.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  void *allocated, *aligned;
  int64_t offset, size, stride;
} descriptor;

static const conorm_manifest *manifest;
static int failures;

static conorm_entry_fn find(const char *name) {
  const char *at = (const char *)manifest->entries;
  for (uint32_t i = 0; i < manifest->num_entries; ++i) {
    const conorm_entry *entry = (const conorm_entry *)at;
    if (!strcmp(entry->name, name))
      return entry->function;
    at += entry->struct_size;
  }
  fprintf(stderr, "no entry %s\n", name);
  exit(1);
}

static descriptor describe(void *data, int64_t size) {
  descriptor d = {data, data, 0, size, 1};
  return d;
}

static float from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
static uint32_t to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return bits;
}
static float from_bf16(uint16_t bits) {
  return from_bits((uint32_t)bits << 16);
}

/* f16 as a double, by the definition of the format. */
static double from_f16(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double value = exponent == 0    ? ldexp(fraction, -24)
                 : exponent == 31 ? (fraction ? NAN : INFINITY)
                                  : ldexp(fraction + 1024, exponent - 25);
  return bits >> 15 ? -value : value;
}

static double value_of(uint16_t bits, int is_f16) {
  if (is_f16)
    return from_f16(bits);
  return from_bf16(bits);
}

/* Whether `bits` is `exact` rounded once: no neighbour is nearer, and at equal
 * distance it is the even one. Infinity stands for the next power of two. */
static int is_rounded(long double exact, uint16_t bits, int is_f16) {
  double value = value_of(bits, is_f16);
  if (isnan(exact))
    return isnan(value);
  if (isnan(value) || !signbit(exact) != !signbit(value))
    return 0;
  uint16_t infinity = is_f16 ? 0x7c00 : 0x7f80, magnitude = bits & 0x7fff;
  long double top = is_f16 ? 65536.0L : ldexpl(1, 128), size = fabsl(exact);
  if (isinf(exact))
    return magnitude == infinity;
  long double here = magnitude == infinity ? top : fabsl(value);
  long double distance = fabsl(size - here);
  for (int step = -1; step <= 1; step += 2) {
    if ((step < 0 && magnitude == 0) || (step > 0 && magnitude >= infinity))
      continue;
    uint16_t neighbour = magnitude + step;
    long double there =
        neighbour == infinity ? top : fabs(value_of(neighbour, is_f16));
    long double other = fabsl(size - there);
    if (other < distance || (other == distance && (magnitude & 1)))
      return 0;
  }
  return 1;
}

static void check(const char *what, long double exact, uint16_t bits,
                  int is_f16) {
  if (is_rounded(exact, bits, is_f16))
    return;
  if (failures++ < 10)
    fprintf(stderr, "%s: %.21Lg became %04x\n", what, exact, bits);
}

/* All exponents and signs, with the low bits where rounding is decided. */
static uint32_t sample(uint32_t i) {
  static const uint32_t low[16] = {
      0,      1,      0x7fff, 0x8000, 0x8001, 0xffff, 0x0fff, 0x1000,
      0x1001, 0x2fff, 0x3000, 0x6fff, 0x7000, 0x9000, 0xefff, 0xf000};
  return (i >> 4) << 16 | low[i & 15];
}

enum { COUNT = 1 << 20 };

static void test_round(void) {
  float *x = malloc(COUNT * 4);
  for (uint32_t i = 0; i < COUNT; ++i)
    x[i] = from_bits(sample(i));
  descriptor in = describe(x, COUNT), out;
  void *args[] = {&in};
  find("round")(NULL, args, &out);
  for (uint32_t i = 0; i < COUNT; ++i)
    check("round", x[i], ((uint16_t *)out.aligned)[i], 0);
  free(out.allocated);
  free(x);
}

static void test_round_f64(void) {
  double *x = malloc(COUNT * 8);
  for (uint32_t i = 0; i < COUNT; ++i) {
    /* A little off a value of f32: what is rounded twice errs at ties. */
    double value = from_bits(sample(i));
    double steps[4] = {0, ldexp(1, -30), -ldexp(1, -30), ldexp(1, -50)};
    x[i] = value + value * steps[i >> 2 & 3];
  }
  descriptor in = describe(x, COUNT);
  struct {
    descriptor bf16, f16;
  } out;
  void *args[] = {&in};
  find("round_f64")(NULL, args, &out);
  for (uint32_t i = 0; i < COUNT; ++i) {
    check("f64 to bf16", x[i], ((uint16_t *)out.bf16.aligned)[i], 0);
    check("f64 to f16", x[i], ((uint16_t *)out.f16.aligned)[i], 1);
  }
  free(out.bf16.allocated);
  free(out.f16.allocated);
  free(x);
}

/* Nearest even of an exact long double, found by bisection over the codes. */
static uint16_t round_bf16(long double exact) {
  uint16_t sign = signbit(exact) ? 0x8000 : 0, low = 0, high = 0x7f80;
  if (isnan(exact))
    return 0x7fc0;
  while (low < high) {
    uint16_t middle = (low + high + 1) / 2;
    long double value =
        middle == 0x7f80 ? ldexpl(1, 128) : (long double)from_bf16(middle);
    if (value <= fabsl(exact))
      low = middle;
    else
      high = middle - 1;
  }
  for (uint16_t code = low; code <= low + 1 && code <= 0x7f80; ++code)
    if (is_rounded(exact, sign | code, 0))
      return sign | code;
  return sign | 0x7f80;
}

static void test_chain(void) {
  enum { N = 1 << 18 };
  uint16_t *a = malloc(N * 2), *b = malloc(N * 2);
  uint32_t state = 1;
  for (uint32_t i = 0; i < N; ++i) {
    state = state * 1664525u + 1013904223u;
    a[i] = state >> 16;
    state = state * 1664525u + 1013904223u;
    /* Near a, so that the sum has bits to lose; also any two. */
    b[i] = i & 1 ? a[i] + (state >> 28) : state >> 16;
  }
  descriptor da = describe(a, N), db = describe(b, N), out;
  void *args[] = {&da, &db};
  find("chain")(NULL, args, &out);
  for (uint32_t i = 0; i < N; ++i) {
    /* The sum of two floats, rounded to f32 and then to bf16, is as if rounded
     * once, as is the product. */
    float sum = from_bf16(a[i]) + from_bf16(b[i]);
    float first = from_bf16(round_bf16(sum));
    float product = first * from_bf16(b[i]);
    uint16_t got = ((uint16_t *)out.aligned)[i];
    uint16_t expected = round_bf16(product);
    if (got != expected && !(isnan(product) && isnan(from_bf16(got))))
      if (failures++ < 10)
        fprintf(stderr, "chain: %04x and %04x became %04x, not %04x\n", a[i],
                b[i], got, expected);
  }
  free(out.allocated);
  free(a);
  free(b);
}

static void test_multiply_add(void) {
  enum { N = 4096 };
  float a[N], b[N], c[N];
  for (int i = 0; i < N; ++i) {
    a[i] = 1.0f + (float)i / 8192;
    b[i] = 1.0f - (float)i / 8192;
    volatile float product = a[i] * b[i];
    c[i] = -product;
  }
  descriptor da = describe(a, N), db = describe(b, N), dc = describe(c, N), out;
  void *args[] = {&da, &db, &dc};
  find("multiply_add")(NULL, args, &out);
  for (int i = 0; i < N; ++i)
    if (to_bits(((float *)out.aligned)[i]) != 0 && failures++ < 10)
      fprintf(stderr, "multiply_add: contracted at %d\n", i);
  free(out.allocated);
}

static void test_integers(void) {
  enum { N = 1 << 16 };
  int32_t *x = malloc(N * 4);
  for (int i = 0; i < N; ++i)
    x[i] = (int32_t)((uint32_t)(i << 15) + (uint32_t)(i & 3) - 1);
  x[0] = 0x01008001; /* twice rounded it would be even */
  descriptor in = describe(x, N), out;
  void *args[] = {&in};
  find("integers")(NULL, args, &out);
  for (int i = 0; i < N; ++i)
    check("integers", x[i], ((uint16_t *)out.aligned)[i], 0);
  free(out.allocated);
  free(x);
}

/* f8E4M3FN (bias 7, no infinity) and f8E5M2 by the definitions of the formats;
 * what stands in the place of the number after the largest is at `beyond`. */
static double from_f8(uint8_t code, int is_e5m2) {
  int bits = is_e5m2 ? 2 : 3, bias = is_e5m2 ? 15 : 7;
  int exponent = (code & 127) >> bits, fraction = code & ((1 << bits) - 1);
  double value = exponent ? ldexp(fraction + (1 << bits), exponent - bias - bits)
                          : ldexp(fraction, 1 - bias - bits);
  if (is_e5m2 && exponent == 31)
    value = fraction ? NAN : INFINITY;
  if (!is_e5m2 && (code & 127) == 127)
    value = NAN;
  return code >> 7 ? -value : value;
}

static uint8_t round_f8(double exact, int is_e5m2) {
  int last = is_e5m2 ? 0x7c : 0x7f;
  double beyond = is_e5m2 ? 65536 : 480, least = INFINITY;
  uint8_t nearest = 0;
  for (int code = 0; code <= last; ++code) {
    double value = code == last ? beyond : from_f8(code, is_e5m2);
    double distance = fabs(fabs(exact) - value);
    if (distance < least || (distance == least && !(code & 1))) {
      least = distance;
      nearest = code;
    }
  }
  if (fabs(exact) > beyond)
    nearest = last;
  return nearest | (signbit(exact) ? 0x80 : 0);
}

static void check_f8(const char *what, double exact, uint8_t code,
                     int is_e5m2) {
  double found = from_f8(code, is_e5m2);
  uint8_t expected = round_f8(exact, is_e5m2);
  if (isnan(exact) || isnan(from_f8(expected, is_e5m2)) ? isnan(found)
                                                        : code == expected)
    return;
  if (failures++ < 10)
    fprintf(stderr, "%s: %.17g became %02x, not %02x\n", what, exact, code,
            expected);
}

typedef struct {
  descriptor e4m3, e5m2;
} both_f8;

static void test_round_f8(void) {
  /* The exponents that matter, each with all bits where rounding is decided. */
  enum { N = 1 << 17 };
  float *x = malloc(N * 4);
  double *wide = malloc(N * 8);
  for (uint32_t i = 0; i < N; ++i) {
    uint32_t low = i & 3;
    uint32_t rest = (i >> 2) % 0x4000;
    uint32_t exponent = 100 + rest / 0x100, top = rest % 0x100;
    uint32_t tail = low == 0 ? 0 : low == 1 ? 1 : low == 2 ? 0x4000 : 0x7fff;
    x[i] = from_bits((i >> 16) << 31 | exponent << 23 | top << 15 | tail);
    if (i < 512)
      x[i] = from_bits(i << 23 | (i >> 3 & 1));
    wide[i] = x[i] + x[i] * (i & 4 ? ldexp(1, -40) : -ldexp(1, -45));
  }
  descriptor in = describe(x, N), in_wide = describe(wide, N);
  both_f8 out;
  void *args[] = {&in};
  find("round_f8")(NULL, args, &out);
  for (uint32_t i = 0; i < N; ++i) {
    check_f8("f8E4M3FN", x[i], ((uint8_t *)out.e4m3.aligned)[i], 0);
    check_f8("f8E5M2", x[i], ((uint8_t *)out.e5m2.aligned)[i], 1);
  }
  free(out.e4m3.allocated);
  free(out.e5m2.allocated);
  void *wide_args[] = {&in_wide};
  find("round_f8_f64")(NULL, wide_args, &out);
  for (uint32_t i = 0; i < N; ++i) {
    check_f8("f64 to f8E4M3FN", wide[i], ((uint8_t *)out.e4m3.aligned)[i], 0);
    check_f8("f64 to f8E5M2", wide[i], ((uint8_t *)out.e5m2.aligned)[i], 1);
  }
  free(out.e4m3.allocated);
  free(out.e5m2.allocated);
  free(x);
  free(wide);
}

static void test_widen_f8(void) {
  uint8_t codes[256];
  for (int i = 0; i < 256; ++i)
    codes[i] = i;
  descriptor in = describe(codes, 256);
  struct {
    descriptor f32[2], bf16[2], f16[2], f64[2];
  } out;
  void *args[] = {&in, &in};
  find("widen_f8")(NULL, args, &out);
  for (int format = 0; format < 2; ++format)
    for (int i = 0; i < 256; ++i) {
      double expected = from_f8(i, format);
      double found[4] = {
          ((float *)out.f32[format].aligned)[i],
          from_bf16(((uint16_t *)out.bf16[format].aligned)[i]),
          from_f16(((uint16_t *)out.f16[format].aligned)[i]),
          ((double *)out.f64[format].aligned)[i]};
      for (int type = 0; type < 4; ++type) {
        int same = memcmp(&found[type], &expected, 8) == 0 ||
                   (isnan(expected) && isnan(found[type]));
        if (!same && failures++ < 10)
          fprintf(stderr, "widen_f8 %d to %d: %02x became %g, not %g\n",
                  format, type, i, found[type], expected);
      }
    }
  descriptor *all = (descriptor *)&out;
  for (int i = 0; i < 8; ++i)
    free(all[i].allocated);
}

int main(int argc, char **argv) {
  void *handle = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (!handle) {
    fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: rounding FILE");
    return 1;
  }
  manifest = dlsym(handle, CONORM_MANIFEST_SYMBOL);
  if (!manifest || manifest->magic != CONORM_MANIFEST_MAGIC)
    return 1;
  test_round();
  test_round_f64();
  test_chain();
  test_multiply_add();
  test_integers();
  test_round_f8();
  test_widen_f8();
  if (failures)
    return 1;
  puts("every element is rounded once");
  return 0;
}
