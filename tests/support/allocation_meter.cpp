// SPDX-License-Identifier: GPL-3.0-or-later
#include "allocation_meter.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <malloc.h>

namespace {

std::atomic<std::size_t> held = 0;
std::atomic<std::size_t> highest = 0;

void* take(std::size_t size) {
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = held += malloc_usable_size(memory);
  std::size_t before = highest;
  while (now > before && !highest.compare_exchange_weak(before, now)) {
  }
  return memory;
}

void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  held -= malloc_usable_size(memory);
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  return take(size);
}
void* operator new[](std::size_t size) {
  return take(size);
}
void operator delete(void* memory) noexcept {
  give_back(memory);
}
void operator delete[](void* memory) noexcept {
  give_back(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  give_back(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  give_back(memory);
}

namespace shaman::test {

AllocationMeter::AllocationMeter() : start_(held) {
  highest = start_;
}

std::size_t AllocationMeter::peak() const {
  return highest - start_;
}

}  // namespace shaman::test
