import type { Text } from './texts/en.ts';

/** What is sold: which form, and which rules. */
export type Kind = 'item' | 'vehicle';

/** A field of a form. Its name is also its key in what the form sends. */
export interface Field {
  name: string;
  label: Exclude<keyof Text, 'errors' | 'choices'>;
  control: 'text' | 'number' | 'lines' | 'choice' | 'flag' | 'place';
  required?: true;
  /** Values to choose from, in English; shown in the account's language. */
  choices?: readonly string[];
}

const years = Array.from({ length: 60 }, (_, index) => String(2027 - index));
const colours = ['Black', 'White', 'Silver', 'Gray', 'Blue', 'Red', 'Green', 'Brown', 'Beige', 'Other'];

const price: Field = { name: 'price', label: 'price', control: 'number', required: true };
const place: Field = { name: 'location', label: 'location', control: 'place', required: true };
const description: Field = { name: 'description', label: 'description', control: 'lines' };
const choice = (name: string, label: Field['label'], choices: readonly string[], required?: true): Field => ({
  name,
  label,
  control: 'choice',
  choices,
  ...(required && { required }),
});

const categories = [
  'Home & Garden',
  'Furniture',
  'Electronics',
  'Clothing & Shoes',
  'Toys & Games',
  'Sports & Outdoors',
  'Musical Instruments',
  'Pet Supplies',
  'Tools',
  'Miscellaneous',
];
const vehicleTypes = ['Car/Truck', 'Motorcycle', 'RV/Camper', 'Trailer', 'Boat', 'Other'];
const bodyStyles = ['Coupe', 'Truck', 'Sedan', 'Hatchback', 'SUV', 'Convertible', 'Wagon', 'Minivan', 'Other'];

/** The forms, in the order in which their fields stand on the page. */
export const forms: Readonly<Record<Kind, readonly Field[]>> = {
  item: [
    { name: 'title', label: 'title', control: 'text', required: true },
    price,
    choice('category', 'category', categories, true),
    choice('condition', 'condition', ['New', 'Used - Like New', 'Used - Good', 'Used - Fair'], true),
    { name: 'brand', label: 'brand', control: 'text' },
    description,
    place,
  ],
  vehicle: [
    choice('type', 'vehicleType', vehicleTypes, true),
    place,
    choice('year', 'year', years, true),
    { name: 'make', label: 'make', control: 'text', required: true },
    { name: 'model', label: 'model', control: 'text', required: true },
    { name: 'mileage', label: 'mileage', control: 'number' },
    price,
    choice('bodyStyle', 'bodyStyle', bodyStyles),
    choice('exteriorColour', 'exteriorColour', colours),
    choice('interiorColour', 'interiorColour', colours),
    { name: 'cleanTitle', label: 'cleanTitle', control: 'flag' },
    choice('condition', 'vehicleCondition', ['Excellent', 'Very good', 'Good', 'Fair', 'Poor']),
    choice('fuel', 'fuel', ['Gasoline', 'Diesel', 'Electric', 'Hybrid', 'Other']),
    choice('transmission', 'transmission', ['Automatic transmission', 'Manual transmission']),
    { name: 'vin', label: 'vin', control: 'text' },
    description,
  ],
};
