/* Prints the manifest of an artifact: dlsym and the C header are all it takes.
 */

#include "conorm-runtime/module.h"

#include <dlfcn.h>
#include <stdio.h>

static void print_values(const char *what, const conorm_value_desc *values,
                         uint32_t count) {
  const char *at = (const char *)values;
  for (uint32_t i = 0; i < count; ++i) {
    const conorm_value_desc *value = (const conorm_value_desc *)at;
    printf("  %s %s type %u flags %u [", what,
           value->kind == CONORM_VALUE_TENSOR ? "tensor" : "scalar",
           value->element_type, value->flags);
    for (uint32_t d = 0; d < value->rank; ++d) {
      if (value->shape[d] == CONORM_DYNAMIC)
        printf("%s?", d ? " " : "");
      else
        printf("%s%lld", d ? " " : "", (long long)value->shape[d]);
    }
    printf("]%s%s\n", value->name ? " " : "", value->name ? value->name : "");
    at += value->struct_size;
  }
}

int main(int argc, char **argv) {
  void *handle = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
  const conorm_manifest *manifest =
      handle ? dlsym(handle, CONORM_MANIFEST_SYMBOL) : NULL;
  if (!manifest || manifest->magic != CONORM_MANIFEST_MAGIC ||
      manifest->struct_size != sizeof(*manifest)) {
    fprintf(stderr, "no manifest: %s\n", handle ? "" : dlerror());
    return 1;
  }
  printf("abi %u.%u backend %u entries %u groups %u\n", manifest->abi_major,
         manifest->abi_minor, manifest->backend, manifest->num_entries,
         manifest->num_groups);
  const char *at = (const char *)manifest->entries;
  for (uint32_t i = 0; i < manifest->num_entries; ++i) {
    const conorm_entry *entry = (const conorm_entry *)at;
    printf("entry %s variant %u\n", entry->name, entry->variant);
    print_values("arg", entry->args, entry->num_args);
    print_values("result", entry->results, entry->num_results);
    at += entry->struct_size;
  }
  at = (const char *)manifest->groups;
  for (uint32_t i = 0; i < manifest->num_groups; ++i) {
    const conorm_group *group = (const conorm_group *)at;
    printf("group %s %ux%u [", group->name, group->num_groups,
           group->group_size);
    for (uint32_t r = 0; r < group->num_groups * group->group_size; ++r)
      printf("%s%lld", r ? " " : "", (long long)group->ranks[r]);
    puts("]");
    at += group->struct_size;
  }
  return 0;
}
