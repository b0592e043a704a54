//===- ManifestBuilder.cpp - The manifest in LLVM IR ----------------------===//
//
// Part of the Conorm project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ManifestBuilder.h"

#include "Names.h"
#include "conorm-runtime/module.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace conorm;

//===----------------------------------------------------------------------===//
// Wrappers
//===----------------------------------------------------------------------===//

static std::string getWrapperName(const ManifestEntry &entry, Variant variant) {
  return ("conorm.entry." + getVariantName(variant) + "." +
          escapeName(entry.name))
      .str();
}

/// Argument `index` as the C interface takes it: descriptors by pointer,
/// scalars by value. One byte holds an i1.
static llvm::Value *loadArgument(llvm::IRBuilder<> &builder, llvm::Value *args,
                                 unsigned index, bool isTensor,
                                 llvm::Type *type) {
  llvm::Type *ptr = builder.getPtrTy();
  llvm::Value *slot = builder.CreateConstInBoundsGEP1_32(ptr, args, index);
  llvm::Value *pointer = builder.CreateLoad(ptr, slot);
  if (isTensor)
    return pointer;
  if (!type->isIntegerTy(1))
    return builder.CreateLoad(type, pointer);
  return builder.CreateIsNotNull(
      builder.CreateLoad(builder.getInt8Ty(), pointer));
}

std::string conorm::addEntryWrapper(llvm::Module &module,
                                    const ManifestEntry &entry,
                                    Variant variant) {
  llvm::IRBuilder<> builder(module.getContext());
  llvm::Type *ptr = builder.getPtrTy();
  llvm::Function *target =
      module.getFunction("_mlir_ciface_" + getSymbolName(entry.name));
  assert(target && "entries have a C interface");
  std::string name = getWrapperName(entry, variant);
  auto *wrapper = llvm::Function::Create(
      llvm::FunctionType::get(builder.getVoidTy(), {ptr, ptr, ptr}, false),
      llvm::GlobalValue::ExternalLinkage, name, module);
  builder.SetInsertPoint(
      llvm::BasicBlock::Create(module.getContext(), "", wrapper));

  // Structures of results, and single descriptors, come through a pointer that
  // stands before the context; a single scalar is returned.
  llvm::SmallVector<llvm::Value *> operands;
  if (target->arg_size() == entry.args.size() + 2)
    operands.push_back(wrapper->getArg(2));
  operands.push_back(wrapper->getArg(0));
  for (auto [index, arg] : llvm::enumerate(entry.args))
    operands.push_back(
        loadArgument(builder, wrapper->getArg(1), index, arg.isTensor,
                     target->getArg(operands.size())->getType()));
  llvm::Value *result = builder.CreateCall(target, operands);
  if (!result->getType()->isVoidTy()) {
    if (result->getType()->isIntegerTy(1))
      result = builder.CreateZExt(result, builder.getInt8Ty());
    builder.CreateStore(result, wrapper->getArg(2));
  }
  builder.CreateRetVoid();
  return name;
}

//===----------------------------------------------------------------------===//
// The manifest
//===----------------------------------------------------------------------===//

namespace {

/// Makes constants laid out as the C structures of module.h.
class ManifestWriter {
public:
  explicit ManifestWriter(llvm::Module &module)
      : module(module), context(module.getContext()) {}

  llvm::Constant *write(const Manifest &manifest,
                        llvm::ArrayRef<Variant> variants);

private:
  llvm::Constant *i32(uint32_t number) {
    return llvm::ConstantInt::get(llvm::Type::getInt32Ty(context), number);
  }
  llvm::Constant *i64(uint64_t number) {
    return llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), number);
  }
  llvm::Constant *structure(llvm::ArrayRef<llvm::Constant *> fields) {
    return llvm::ConstantStruct::getAnon(context, fields);
  }
  llvm::Constant *global(llvm::Constant *value, llvm::StringRef name);
  llvm::Constant *string(llvm::StringRef text);
  llvm::Constant *numbers(llvm::ArrayRef<int64_t> values);
  llvm::Constant *array(llvm::ArrayRef<llvm::Constant *> elements,
                        llvm::StringRef name);
  llvm::Constant *values(llvm::ArrayRef<ManifestValue> values);

  llvm::Module &module;
  llvm::LLVMContext &context;
};

} // namespace

llvm::Constant *ManifestWriter::global(llvm::Constant *value,
                                       llvm::StringRef name) {
  return new llvm::GlobalVariable(module, value->getType(),
                                  /*isConstant=*/true,
                                  llvm::GlobalValue::InternalLinkage, value,
                                  "conorm.manifest." + name);
}

llvm::Constant *ManifestWriter::string(llvm::StringRef text) {
  return global(llvm::ConstantDataArray::getString(context, text), "text");
}

llvm::Constant *ManifestWriter::numbers(llvm::ArrayRef<int64_t> values) {
  if (values.empty())
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
  llvm::SmallVector<uint64_t> bits(values.begin(), values.end());
  return global(llvm::ConstantDataArray::get(context, bits), "numbers");
}

llvm::Constant *ManifestWriter::array(llvm::ArrayRef<llvm::Constant *> elements,
                                      llvm::StringRef name) {
  if (elements.empty())
    return llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
  auto *type =
      llvm::ArrayType::get(elements.front()->getType(), elements.size());
  return global(llvm::ConstantArray::get(type, elements), name);
}

llvm::Constant *ManifestWriter::values(llvm::ArrayRef<ManifestValue> values) {
  llvm::SmallVector<llvm::Constant *> elements;
  for (const ManifestValue &value : values) {
    llvm::SmallVector<int64_t> shape(value.shape.begin(), value.shape.end());
    for (int64_t &size : shape)
      if (mlir::ShapedType::isDynamic(size))
        size = CONORM_DYNAMIC;
    elements.push_back(structure(
        {i32(sizeof(conorm_value_desc)),
         i32(value.isTensor ? CONORM_VALUE_TENSOR : CONORM_VALUE_SCALAR),
         i32(value.elementType), i32(value.flags), i32(shape.size()), i32(0),
         numbers(shape),
         value.name.empty() ? llvm::ConstantPointerNull::get(
                                  llvm::PointerType::get(context, 0))
                            : string(value.name)}));
  }
  return array(elements, "values");
}

llvm::Constant *ManifestWriter::write(const Manifest &manifest,
                                      llvm::ArrayRef<Variant> variants) {
  llvm::SmallVector<llvm::Constant *> entries, groups;
  for (Variant variant : variants)
    for (const ManifestEntry &entry : manifest.entries)
      entries.push_back(
          structure({i32(sizeof(conorm_entry)),
                     i32(static_cast<uint32_t>(variant)), string(entry.name),
                     module.getFunction(getWrapperName(entry, variant)),
                     i32(entry.args.size()), i32(entry.results.size()),
                     values(entry.args), values(entry.results)}));
  for (const ManifestGroup &group : manifest.groups)
    groups.push_back(structure({i32(sizeof(conorm_group)), i32(group.numGroups),
                                i32(group.groupSize), i32(0),
                                string(group.name), numbers(group.ranks)}));
  const auto &features = manifest.processor.features;
  return structure({i64(CONORM_MANIFEST_MAGIC), i32(sizeof(conorm_manifest)),
                    i32(CONORM_ABI_VERSION_MAJOR),
                    i32(CONORM_ABI_VERSION_MINOR), i32(CONORM_BACKEND_CPU),
                    string("conorm " CONORM_VERSION), i32(entries.size()),
                    i32(groups.size()), array(entries, "entries"),
                    array(groups, "groups"), string(manifest.processor.name),
                    features ? string(llvm::join(*features, ","))
                             : llvm::ConstantPointerNull::get(
                                   llvm::PointerType::get(context, 0))});
}

void conorm::addManifest(llvm::Module &module, const Manifest &manifest,
                         llvm::ArrayRef<Variant> variants) {
  // LLVM lays these structures out as C does: every field has its natural
  // alignment. What C pads at the end, an array of them would need too.
  llvm::Constant *value = ManifestWriter(module).write(manifest, variants);
  assert(module.getDataLayout().getTypeAllocSize(value->getType()) ==
             sizeof(conorm_manifest) &&
         "the manifest is not laid out as in C");
  new llvm::GlobalVariable(module, value->getType(), /*isConstant=*/true,
                           llvm::GlobalValue::ExternalLinkage, value,
                           CONORM_MANIFEST_SYMBOL);
}
