// SPDX-License-Identifier: GPL-2.0-only
#include <linux/string.h>

#include "operand.h"

/* What a register holds. */
enum holds {
	ANYTHING,
	OBJECT,		/* the function's first argument */
	RESULT,		/* its second, where the number is stored */
	POINTER,	/* what is at @first in the object */
	NUMBER,		/* the number */
};

struct state {
	enum holds reg[16];
	struct kvmlat_operand operand;
};

enum step { UNKNOWN, KNOWN, FOUND };

#define RSP	4
#define RSI	6
#define RDI	7

/* An instruction whose ModRM byte has a register, or memory behind one, as its other operand. */
struct operands {
	bool wide;
	bool memory;
	u32 reg;
	u32 rm;			/* the other register, or the one that memory is behind */
	s32 offset;
	size_t size;		/* from the ModRM byte on */
};

/* False for addresses that are made in other ways. */
static bool decode(const u8 *at, size_t size, u8 rex, struct operands *o)
{
	u32 mod, rm;

	if (size < 1)
		return false;
	mod = at[0] >> 6;
	rm = at[0] & 7;
	o->wide = rex & 8;
	o->memory = mod != 3;
	o->reg = (at[0] >> 3 & 7) | (rex & 4 ? 8 : 0);
	o->rm = rm | (rex & 1 ? 8 : 0);
	o->offset = 0;
	o->size = 1;
	if (!o->memory)
		return true;
	/* An index, or relative to the instruction itself. */
	if (rm == RSP || (rm == 5 && mod == 0))
		return false;
	o->size += mod == 1 ? 1 : mod == 2 ? 4 : 0;
	if (size < o->size)
		return false;
	if (mod == 1)
		o->offset = (s8)at[1];
	if (mod == 2)
		memcpy(&o->offset, at + 1, sizeof(o->offset));
	return true;
}

static enum step load(struct state *s, const struct operands *o)
{
	enum holds to = ANYTHING, from = s->reg[o->rm];

	if (!o->memory) {
		/* Half of a pointer is none. */
		if (o->wide || from == NUMBER)
			to = from;
	} else if (from == OBJECT || from == POINTER) {
		/* No vCPU has 1 MiB; and a second load of a kind would hide the first. */
		if (o->offset <= 0 || o->offset >> 20)
			return UNKNOWN;
		to = from == OBJECT && o->wide ? POINTER : NUMBER;
		for (u32 i = 0; i < 16; i++) {
			if (s->reg[i] == to || s->reg[i] == NUMBER)
				return UNKNOWN;
		}
		if (from == OBJECT)
			s->operand.first = o->offset;
		else
			s->operand.second = o->offset;
	}
	s->reg[o->reg] = to;
	return KNOWN;
}

static enum step store(struct state *s, const struct operands *o)
{
	if (!o->memory) {
		struct operands other = *o;

		other.reg = o->rm;
		other.rm = o->reg;
		return load(s, &other);
	}
	/* The first that is stored has to be the number, and 32 bits of it. */
	if (s->reg[o->rm] != RESULT || o->offset || o->wide || s->reg[o->reg] != NUMBER)
		return UNKNOWN;
	return FOUND;
}

/* One instruction at @at, of at most @size bytes. */
static enum step step(struct state *s, const u8 *at, size_t size, size_t *length)
{
	struct operands o;
	size_t used = 0;
	enum step result;
	u8 rex = 0;

	if (size && (at[0] & 0xf0) == 0x40)
		rex = at[used++];
	if (size < used + 2)
		return UNKNOWN;
	/* push */
	if ((at[used] & 0xf8) == 0x50) {
		*length = used + 1;
		return KNOWN;
	}
	if (!decode(at + used + 1, size - used - 1, rex, &o))
		return UNKNOWN;
	*length = used + 1 + o.size;
	switch (at[used]) {
	case 0x89:
		result = store(s, &o);
		break;
	case 0x8b:
		result = load(s, &o);
		break;
	case 0x8d: /* lea */
		s->reg[o.reg] = ANYTHING;
		result = KNOWN;
		break;
	case 0x83: /* sub $imm8, %rsp */
		*length += 1;
		result = o.wide && !o.memory && o.reg == 5 && o.rm == RSP ? KNOWN : UNKNOWN;
		break;
	default:
		return UNKNOWN;
	}
	return *length <= size ? result : UNKNOWN;
}

/* What a traced function begins with: the call of the tracer, or as many bytes of nothing. */
static size_t prelude(const u8 *code)
{
	static const u8 endbr[] = { 0xf3, 0x0f, 0x1e, 0xfa };
	static const u8 nop[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00 };
	size_t used = memcmp(code, endbr, sizeof(endbr)) ? 0 : sizeof(endbr);

	if (code[used] == 0xe8 || !memcmp(code + used, nop, sizeof(nop)))
		used += sizeof(nop);
	return used;
}

/**
 * kvmlat_operand_find() - find the number that a function stores first
 * @code: the function of which the first argument is an object, and the second the place of a
 *	32 bit number
 * @size: how much of the code there is
 * @to: where the function takes the number from
 *
 * Follows the function up to that store, through a straight line of the few instructions that
 * compilers put there.
 *
 * Return: false if there is anything else, and then @to is nothing.
 */
bool kvmlat_operand_find(const u8 *code, size_t size, struct kvmlat_operand *to)
{
	struct state s = { .reg[RDI] = OBJECT, .reg[RSI] = RESULT };
	size_t at, length;

	if (size > KVMLAT_OPERAND_READ)
		size = KVMLAT_OPERAND_READ;
	if (size < 10)
		return false;
	for (at = prelude(code); at < size; at += length) {
		switch (step(&s, code + at, size - at, &length)) {
		case UNKNOWN:
			return false;
		case KNOWN:
			break;
		case FOUND:
			*to = s.operand;
			return true;
		}
	}
	return false;
}
